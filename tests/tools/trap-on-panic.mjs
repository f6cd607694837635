/**
 * Makes a panic trap at once: `node tests/tools/trap-on-panic.mjs <wasm>`. Fails if a panic is reachable at all.
 *
 * What is left are failed allocations, and what panics.mjs lists. Rust formats a message first, which nobody sees on
 * wasm32-unknown-unknown, and then traps. The functions for that become a trap. wasm-opt then removes what only they
 * used, which saves 5% of the bytes after brotli.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import binaryen from 'binaryen'
import { callsOf, findComplaints, findPanics, isMessage, isPanic, isUnusedCallback, readFunctions } from './panics.mjs'

const [file] = process.argv.slice(2)
const wasm = binaryen.readBinary(readFileSync(file))

const complaints = findComplaints(findPanics(wasm))
if (complaints.length > 0) throw new Error([`${file}:`, ...complaints].join('\n  '))

const { functions, exported } = readFunctions(wasm)
for (const { name, text } of functions.filter(({ name }) => !isPanic(name) && !isMessage(name))) {
  const called = callsOf(text).find((callee) => isMessage(callee) && !isPanic(callee))
  if (called) throw new Error(`${name} calls ${called}, which only a panic may call`)
}
for (const { ref, name } of functions) {
  if (isPanic(name) || isMessage(name) || isUnusedCallback(name, exported)) {
    binaryen.Function.setBody(ref, wasm.unreachable())
  }
}
writeFileSync(file, wasm.emitBinary())
