// Builds libFuzzer's program with coverage and runs the targets, one after the other. Prints what each did.
//   SECONDS, RUNS  the limit of each target: 60 seconds by default
//   TARGETS        names of targets, with commas; all by default
//   MERGE=1        afterwards writes the smallest corpus with the same coverage to tests/fuzz/corpus
//   PLANT=1        looks for a planted panic instead, which no input of the corpus reaches
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const HERE = new URL('.', import.meta.url).pathname
const ROOT = join(HERE, '../..')
const WORK = join(ROOT, 'target/fuzz')

// What `cargo fuzz` passes to rustc, but for the address sanitizer, which needs a nightly Rust.
const COVERAGE = [
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
].join(' ')

/** Inputs are small: a person's flow has few events, and long inputs are slow. */
const LIMITS = ['-max_len=2048', '-timeout=10', '-rss_limit_mb=1024']

const { SECONDS, RUNS, TARGETS, MERGE, PLANT } = process.env
const program = build()
const all = readdirSync(join(HERE, 'corpus'))
if (PLANT) process.exit(plant())
const names = TARGETS ? TARGETS.split(',') : all
seed()
console.log(
  `${'target'.padEnd(18)}${['executions', 'edges', 'inputs', 'per second'].map((head) => head.padStart(12)).join('')}`,
)
const rows = names.map(run)
console.log(row('all', [sum('executions'), '', sum('inputs'), '']))
if (MERGE) for (const name of names) merge(name)
process.exit(rows.some((found) => found.crash) ? 1 : 0)

/** Builds the program. With `--target`, cargo keeps the flags from build scripts. */
function build() {
  const host = /host: (.*)/.exec(execFileSync('rustc', ['-vV'], { encoding: 'utf8' }))[1]
  const args = ['build', '--quiet', '--release', '--locked', '--manifest-path', join(HERE, 'Cargo.toml')]
  cargo([...args, '--target', host, '--target-dir', WORK], { RUSTFLAGS: COVERAGE })
  return join(WORK, host, 'release/fuzz')
}

/** The replies of the simulated vendors, as programs. */
function seed() {
  const args = ['test', '--quiet', '--features', 'calls,simulator', '--test', 'fuzz', '--', '--ignored', 'seeds']
  cargo(args, { FUZZ_SEEDS: folder('seeds') })
}

function cargo(args, env) {
  const { status } = spawnSync('cargo', args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) process.exit(1)
}

function folder(...names) {
  const path = join(WORK, ...names)
  mkdirSync(path, { recursive: true })
  return path
}

/** Runs libFuzzer, and returns what it printed. */
function fuzz(name, args, env = {}) {
  const options = [`-dict=${join(HERE, 'words.dict')}`, ...LIMITS, `-artifact_prefix=${folder('crashes')}/${name}-`]
  const { stderr } = spawnSync(program, [...args, ...options, '-print_final_stats=1'], {
    env: { ...process.env, FUZZ_TARGET: name, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  writeFileSync(join(folder('logs'), `${name}.log`), stderr)
  return stderr
}

function run(name) {
  const limit = RUNS ? `-runs=${RUNS}` : `-max_total_time=${SECONDS || 60}`
  const output = fuzz(name, [folder('work', name), folder('seeds', name), join(HERE, 'corpus', name), limit])
  const last = [...output.matchAll(/cov: (\d+) ft: \d+ corp: (\d+)/g)].at(-1) ?? []
  const number = (stat) => Number(new RegExp(`stat::${stat}:\\s+(\\d+)`).exec(output)?.[1])
  const [edges, inputs] = [Number(last[1]), Number(last[2])]
  const executions = number('number_of_executed_units')
  console.log(row(name, [executions, edges, inputs, number('average_exec_per_sec')]))
  const crash = crashOf(output)
  if (crash) console.log(`  ${crash}`)
  return { executions, inputs, crash }
}

function crashOf(output) {
  if (!/SUMMARY: libFuzzer/.test(output)) return undefined
  const [, place, message] = /panicked at (.*):\n(.*)/.exec(output) ?? []
  const [, input] = /Test unit written to (.*)/.exec(output) ?? []
  return `${message ?? /SUMMARY: (.*)/.exec(output)[1]} (${place ?? 'no panic'}); input: ${input}`
}

/** Keeps the inputs that reach what no smaller set reaches. */
function merge(name) {
  const kept = join(HERE, 'corpus', name)
  const merged = folder('merged', name)
  rmSync(merged, { recursive: true })
  mkdirSync(merged)
  // By edges alone: how often each edge was taken would keep ten times as many inputs.
  fuzz(name, ['-set_cover_merge=1', '-use_counters=0', merged, kept, folder('work', name), folder('seeds', name)])
  rmSync(kept, { recursive: true, force: true })
  mkdirSync(kept, { recursive: true })
  let bytes = 0
  for (const input of readdirSync(merged)) {
    const path = join(merged, input)
    bytes += statSync(path).size
    // A short name is enough in a folder of some hundred files.
    writeFileSync(join(kept, input.slice(0, 12)), readFileSync(path))
  }
  console.log(`${name}: ${readdirSync(kept).length} inputs, ${bytes} bytes`)
}

function plant() {
  const name = 'authorize'
  const work = folder('planted')
  rmSync(work, { recursive: true })
  mkdirSync(work)
  const args = [work, join(HERE, 'corpus', name), `-max_total_time=${SECONDS || 300}`]
  const output = fuzz(name, args, { FUZZ_PLANT: '1' })
  const crash = crashOf(output)
  const executions = /stat::number_of_executed_units:\s+(\d+)/.exec(output)?.[1]
  console.log(crash ? `found after ${executions} executions: ${crash}` : 'not found')
  return crash?.startsWith('the planted panic') ? 0 : 1
}

function sum(key) {
  return rows.reduce((total, found) => total + found[key], 0)
}

function row(name, numbers) {
  return `${name.padEnd(18)}${numbers.map((number) => String(number).padStart(12)).join('')}`
}
