/**
 * Counts tests. `count-tests.mjs run <kind> <command…>` runs one kind of tests, passes their output on, and fails if a
 * test fails or none runs. `count-tests.mjs report <kind…>` prints the counts.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('../../target/test-counts/', import.meta.url)
const file = (kind) => new URL(`${kind}.json`, folder)

/** The lines with a runner's counts: cargo and wasm-bindgen print one line a binary, node one line a count. */
const COUNTS = {
  passed: [/^test result: .*?(\d+) passed/gm, /^ℹ pass (\d+)$/gm],
  failed: [/^test result: .*?(\d+) failed/gm, /^ℹ (?:fail|cancelled) (\d+)$/gm],
  ignored: [/^test result: .*?(\d+) ignored/gm, /^ℹ (?:skipped|todo) (\d+)$/gm],
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)
const count = (output) =>
  Object.fromEntries(
    Object.entries(COUNTS).map(([name, patterns]) => [
      name,
      sum(patterns.flatMap((pattern) => [...output.matchAll(pattern)].map((match) => Number(match[1])))),
    ]),
  )

async function run(kind, [command, ...args]) {
  const start = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    process.stdout.write(text)
  })
  const [code] = await once(child, 'close')

  const counts = { ...count(output), seconds: (performance.now() - start) / 1000 }
  mkdirSync(folder, { recursive: true })
  writeFileSync(file(kind), JSON.stringify(counts))
  if (code !== 0 || counts.failed > 0) return 1
  if (counts.passed > 0) return 0
  console.error(`${kind}: no tests ran`)
  return 1
}

function report(kinds) {
  const rows = kinds.map((kind) => ({ kind, ...JSON.parse(readFileSync(file(kind), 'utf8')) }))
  const total = (name) => sum(rows.map((row) => row[name]))
  rows.push({
    kind: 'all',
    passed: total('passed'),
    failed: total('failed'),
    ignored: total('ignored'),
    seconds: total('seconds'),
  })
  const column = (value, width) => String(value).padStart(width)
  console.log('\ntests')
  for (const { kind, passed, failed, ignored, seconds } of rows) {
    console.log(
      `  ${kind.padEnd(14)}${column(passed, 6)} passed${column(failed, 4)} failed` +
        `${column(ignored, 4)} ignored${column(seconds.toFixed(1), 8)} s`,
    )
  }
  return 0
}

const [task, ...rest] = process.argv.slice(2)
process.exitCode = task === 'run' ? await run(rest[0], rest.slice(1)) : report(rest)
