/**
 * Orders the functions of a wasm so that each follows the one most like it: `node tests/tools/order-functions.mjs <wasm>`.
 *
 * The order means nothing to the wasm, but brotli finds more to repeat nearby, which saves 2%.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import binaryen from 'binaryen'

const [file] = process.argv.slice(2)
const bytes = readFileSync(file)

const CODE_SECTION = 10

/** The code of each function, in the wasm's order. */
function readBodies() {
  let at = 8
  /** Reads a number in LEB128. */
  const read = () => {
    let number = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      number |= (byte & 0x7f) << shift
      if (byte < 0x80) return number
    }
  }
  const readBody = () => {
    const size = read()
    at += size
    return bytes.subarray(at - size, at)
  }
  while (at < bytes.length) {
    const section = bytes[at++]
    const size = read()
    if (section !== CODE_SECTION) at += size
    else return Array.from({ length: read() }, readBody)
  }
  throw new Error(`${file} has no code`)
}

const LENGTH = 3

/** All runs of three bytes in a body, as numbers. */
const runsOf = (body) =>
  new Set(Array.from({ length: Math.max(0, body.length - LENGTH + 1) }, (_, at) => body.readUIntBE(at, LENGTH)))

/** The runs that both have, as a share of those that either has. */
function similarity(one, other) {
  const [small, large] = one.size < other.size ? [one, other] : [other, one]
  let shared = 0
  for (const run of small) if (large.has(run)) shared++
  return shared / (small.size + large.size - shared + 1)
}

const wasm = binaryen.readBinary(bytes)
const functions = Array.from({ length: wasm.getNumFunctions() }, (_, index) => wasm.getFunctionByIndex(index))
  .map((ref) => binaryen.getFunctionInfo(ref))
  .filter(({ module }) => module === '')
const bodies = readBodies()
if (bodies.length !== functions.length) throw new Error(`${file} has ${bodies.length} bodies`)

const left = new Set(functions.map((info, index) => ({ info, runs: runsOf(bodies[index]) })))
const ordered = []
/** The function with the highest score of those that are left. */
const next = (score) => [...left].map((item) => [score(item), item]).reduce((a, b) => (b[0] > a[0] ? b : a))[1]
let last = next(({ runs }) => runs.size)
while (left.delete(last)) {
  ordered.push(last.info)
  const { runs } = last
  if (left.size > 0) last = next((other) => similarity(runs, other.runs))
}

for (const { name } of ordered) wasm.removeFunction(name)
for (const { name, params, results, vars, body } of ordered) wasm.addFunction(name, params, results, vars, body)
writeFileSync(file, wasm.emitBinary())
