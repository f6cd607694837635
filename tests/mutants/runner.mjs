/**
 * A test runner for Stryker that runs tests of node:test in its own process, one by one, and only those that reach the
 * mutant. Starting node and the wasm for each mutant would take most of the time.
 */
import { mock } from 'node:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { register } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PluginKind, declareClassPlugin } from '@stryker-mutator/api/plugin'
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner'
import { SAMPLED, partOf } from './parts.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** How long each test took without a mutant. It outlives this process, which Stryker restarts. */
const TIMES = 'times.json'

/** A test that takes longer than this, and than some times its usual time, hangs because of the mutant. */
const LIMIT_MS = 1_500
const LIMIT_FACTOR = 10
const TICK_MS = 50

const MAX_OF_A_LINE = 5

/** Slower tests are not run. Most of them are in a browser, to which no mutant comes. */
const SLOW_MS = 2_000

/** A mutant that the quickest tests do not notice in this time survives. */
const QUICK_MS = Number(process.env.QUICK || Infinity) * 1_000

// Tests mock timers.
const { setInterval, clearInterval, setTimeout } = globalThis
const Mocks = mock.constructor
const state = (globalThis.__stryker__ ??= {})

class Runner {
  #files
  #times = {}
  /** What was left in this process by a mutant that failed a test, and could fail the next one. */
  #isDirty = false
  #isFresh = true

  capabilities() {
    return { reloadEnvironment: false }
  }

  async dryRun() {
    await this.#load()
    const tests = []
    for (const [id, test] of this.#tests()) {
      const begun = performance.now()
      state.currentTestId = id
      const error = await runTest(test, 120_000)
      state.currentTestId = undefined
      const timeSpentMs = performance.now() - begun
      this.#times[id] = timeSpentMs
      const failure = error && { status: TestStatus.Failed, failureMessage: String(error.stack ?? error) }
      tests.push({ id, name: id, timeSpentMs, ...(failure ?? { status: TestStatus.Success }) })
    }
    writeFileSync(TIMES, JSON.stringify(this.#times))
    return { status: DryRunStatus.Complete, tests, mutantCoverage: state.mutantCoverage }
  }

  async mutantRun({ activeMutant, testFilter, mutantActivation, hitLimit }) {
    // Stryker makes a new process, and tries again.
    if (this.#isDirty) throw new Error('the process must be restarted')
    Object.assign(state, { currentTestId: undefined, mutantCoverage: { static: {}, perTest: {} } })
    Object.assign(state, { hitCount: 0, hitLimit })
    if (mutantActivation === 'static') setMutant(activeMutant.id)
    await this.#load()
    const chosen = this.#tests()
      .filter(([id]) => (testFilter?.includes(id) ?? true) && this.#times[id] < SLOW_MS)
      .sort(([one], [other]) => this.#times[one] - this.#times[other])
    setMutant(activeMutant.id)
    const isFresh = this.#isFresh
    this.#isFresh = false
    let nrOfTests = 0
    let usual = 0
    for (const [id, test] of chosen) {
      usual += this.#times[id]
      if (usual > QUICK_MS) break
      nrOfTests += 1
      const limit = Math.max(LIMIT_MS, LIMIT_FACTOR * this.#times[id])
      const error = await runTest(test, limit)
      if (error === undefined) continue
      setMutant(undefined)
      // If the test fails without the mutant, then because of what mutants have left in this process.
      this.#isDirty = mutantActivation === 'static' || (await runTest(test, limit)) !== undefined
      if (this.#isDirty && !isFresh) throw new Error('the process must be restarted')
      if (error instanceof Hang || state.hitCount > hitLimit) return { status: MutantRunStatus.Timeout, reason: id }
      return { status: MutantRunStatus.Killed, killedBy: [id], failureMessage: `${error.message ?? error}`, nrOfTests }
    }
    const wasHit = state.hitCount > 0
    setMutant(undefined)
    if (mutantActivation === 'static') this.#isDirty = true
    // What runs once in a process has run before.
    else if (!wasHit && !isFresh) throw new Error('the process must be restarted')
    return { status: MutantRunStatus.Survived, nrOfTests }
  }

  async dispose() {
    for (const { isBegun, after } of this.#files?.values() ?? []) if (isBegun) for (const run of after) await run()
  }

  async #load() {
    if (this.#files) return
    process.env.BANK_MFA_APP = join(process.cwd(), 'app')
    this.#times = readTimes()
    register(shim)
    this.#files = new Map()
    for (const name of partOf(process.env.PART).tests) {
      const file = { tests: [], before: [], after: [], isBegun: false }
      this.#files.set(name, file)
      globalThis.__testFile = file
      await import(pathToFileURL(join(root, `tests/${name}.test.mjs`)))
      if (SAMPLED.includes(name)) file.tests = sample(file.tests)
    }
  }

  #tests() {
    return [...this.#files].flatMap(([name, file]) =>
      file.tests.map((test) => [`${name}: ${test.name}`, { ...test, file }]),
    )
  }
}

/** Some of the tests that a line makes in a loop. */
function sample(tests) {
  const counts = new Map()
  return tests.filter(({ line }) => counts.set(line, (counts.get(line) ?? 0) + 1).get(line) <= MAX_OF_A_LINE)
}

function setMutant(id) {
  state.activeMutant = id
  // For the processes that a test starts.
  if (id === undefined) delete process.env.__STRYKER_ACTIVE_MUTANT__
  else process.env.__STRYKER_ACTIVE_MUTANT__ = id
}

class Hang extends Error {}

/** Runs a test. Returns what it threw, or undefined. */
async function runTest({ run, file }, limit) {
  const ends = []
  const abort = new AbortController()
  const mocks = new Mocks()
  let failed
  const failure = new Promise((resolve) => (failed = resolve))
  const t = { name: '', signal: abort.signal, mock: mocks, after: (end) => ends.push(end), skip() {}, diagnostic() {} }
  // On a busy machine this process can stand still, which is one tick.
  let ticks = 0
  const tick = () => (ticks += 1) * TICK_MS > limit && failed(new Hang(`no end after ${limit} ms`))
  const timer = setInterval(tick, TICK_MS)
  const uncaught = (error) => failed(error ?? new Error('uncaught'))
  process.on('uncaughtException', uncaught)
  process.on('unhandledRejection', uncaught)
  const finish = async () => {
    for (const end of ends.splice(0)) await end()
    // A rejection that nobody handles is reported after this turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const whole = async () => {
    try {
      if (!file.isBegun) for (const begin of file.before) await begin()
      file.isBegun = true
      await run(t)
    } finally {
      await finish()
    }
  }
  try {
    return await Promise.race([failure, whole().catch((error) => error ?? new Error('rejected'))])
  } finally {
    clearInterval(timer)
    // After a hang, what the test began still runs.
    await Promise.race([finish().catch(() => {}), new Promise((resolve) => setTimeout(resolve, LIMIT_MS))])
    mocks.reset()
    abort.abort()
    process.off('uncaughtException', uncaught)
    process.off('unhandledRejection', uncaught)
  }
}

function readTimes() {
  try {
    return JSON.parse(readFileSync(TIMES, 'utf8'))
  } catch {
    return {}
  }
}

/** In place of node:test, which would run the tests at once, and only once. */
const FAKE = `
const now = () => globalThis.__testFile
export default function test(name, ...rest) {
  const run = rest.pop()
  const line = new Error().stack.match(/\\.test\\.mjs:\\d+/)?.[0]
  if (!rest[0]?.skip) now().tests.push({ name, run, line })
}
export { test, test as it }
export const describe = (name, ...rest) => rest.pop()()
export const before = (run) => void now().before.push(run)
export const after = (run) => void now().after.push(run)
`
const fake = `data:text/javascript,${encodeURIComponent(FAKE)}`
const shim = `data:text/javascript,${encodeURIComponent(`
export async function resolve(name, context, next) {
  return name === 'node:test' ? { url: ${JSON.stringify(fake)}, shortCircuit: true } : next(name, context)
}`)}`

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'one-process', Runner)]
