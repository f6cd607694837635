// Fuzzes the TypeScript of the package, guided by the coverage that V8 counts. Prints what each target did.
//   SECONDS, RUNS  the limit of each target: 60 seconds by default
//   TARGETS        names of targets, with commas; all by default
//   MERGE=1        keeps the inputs that reach something new in tests/fuzz/js/corpus
//   PLANT=1        looks for a planted fault instead, which no input of the corpus reaches
import { spawnSync } from 'node:child_process'
import { Session } from 'node:inspector'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { copyApp } from '../../lib/app-copy.mjs'
import { app } from '../../lib/package.mjs'
import { mutate, randomOf } from './mutate.mjs'
import { targets } from './targets.mjs'

const HERE = new URL('.', import.meta.url).pathname
const { SECONDS, RUNS, TARGETS, MERGE, PLANT } = process.env
const session = new Session()
session.connect()

function post(method, params) {
  let result
  session.post(method, params, (error, found) => {
    if (error) throw error
    result = found
  })
  return result
}

/** The parts of the package's files that have run since the last call: each function and block, by its place. */
function* reached() {
  for (const { url, functions } of post('Profiler.takePreciseCoverage').result) {
    if (!url.includes('/bank-mfa/dist/')) continue
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) if (count > 0) yield `${url}:${startOffset}-${endOffset}`
    }
  }
}

/**
 * Reading the coverage takes longer than most inputs, so it is read after so many. The more rarely something new is
 * found, the more inputs.
 */
const [MIN_BATCH, MAX_BATCH] = [16, 1024]

async function fuzz(name) {
  const folder = join(HERE, 'corpus', name)
  const seeds = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
  const [edges, kept] = [new Set(), []]
  let executions = 0

  /** Runs an input. What it throws is a fault, and ends the search. */
  async function run(input) {
    executions++
    try {
      await targets[name](input)
    } catch (error) {
      const folder = join(HERE, '../../../target/fuzz/crashes')
      mkdirSync(folder, { recursive: true })
      const file = join(folder, `js-${name}-${hash(input)}`)
      writeFileSync(file, input)
      console.log(`after ${executions} executions: ${error.stack}\n  input: ${file}`)
      process.exit(1)
    }
  }

  /** Runs inputs, keeps those that reach something new, and returns whether there are any. */
  async function runAll(inputs) {
    for (const input of inputs) await run(input)
    const found = [...reached()].filter((edge) => !edges.has(edge))
    if (found.length === 0) return false
    if (inputs.length === 1) {
      kept.push(inputs[0])
      for (const edge of found) edges.add(edge)
      return true
    }
    const half = inputs.length >> 1
    const isIn = [await runAll(inputs.slice(0, half)), await runAll(inputs.slice(half))]
    return isIn.includes(true)
  }

  post('Profiler.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  await runAll(seeds)
  const random = randomOf(Number(process.env.SEED ?? 1))
  const [began, end] = [performance.now(), performance.now() + Number(SECONDS || 60) * 1000]
  const pick = () => kept[random(kept.length)] ?? ''
  let batch = MIN_BATCH
  while (RUNS ? executions < Number(RUNS) : performance.now() < end) {
    const isNew = await runAll(Array.from({ length: batch }, () => mutate(pick(), pick(), random)))
    batch = isNew ? MIN_BATCH : Math.min(2 * batch, MAX_BATCH)
  }
  post('Profiler.stopPreciseCoverage')
  const perSecond = Math.round((executions / (performance.now() - began)) * 1000)
  console.log(row(`js ${name}`, [executions, edges.size, kept.length, perSecond]))
  if (MERGE) for (const input of kept) if (!seeds.includes(input)) writeFileSync(join(folder, hash(input)), input)
}

const hash = (input) => createHash('sha1').update(input).digest('hex').slice(0, 12)
const row = (name, numbers) => `${name.padEnd(18)}${numbers.map((number) => String(number).padStart(12)).join('')}`

/** In a copy of the package: a state that begins with these characters ends the search. The first one reaches something new. */
const PLANTED = {
  'connect/landing.js': [
    [
      "const [loginIds, errors] = [landing('loginid'), landing('error')];",
      `$&
       const [first = ''] = landing('state');
       if (first[0] === '=') { if (first[1] === '?') throw new Error('the planted fault'); }`,
    ],
  ],
}

function plant() {
  const copy = copyApp(app, join(HERE, '../../../target/fuzz/planted-app'), PLANTED)
  const env = { ...process.env, PLANT: '', TARGETS: 'landing', BANK_MFA_APP: copy, SECONDS: SECONDS || '300' }
  const { stdout, status } = spawnSync(process.execPath, [import.meta.filename], { env, encoding: 'utf8' })
  const isFound = status === 1 && stdout.includes('the planted fault')
  console.log(isFound ? `found: ${stdout.trim().split('\n', 1)}` : `not found: ${stdout}`)
  return isFound ? 0 : 1
}

if (PLANT) process.exit(plant())
for (const name of TARGETS ? TARGETS.split(',') : Object.keys(targets)) await fuzz(name)
process.exit()
