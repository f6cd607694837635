/** The processes of the crash test: the vendors, one worker at a time, and the controller that stops and kills it. */
import { mark, see } from '../lib/canary.mjs'
import { ORIGIN } from './points.mjs'
import { serve } from './serve.mjs'
import { openStores } from './stores.mjs'

/** The timeout of a reply, in milliseconds of real time. */
const REPLY_TIMEOUT_MS = 300_000

let runs = 0

/**
 * A session runs one batch of trials after another. The trials of a batch run concurrently in one worker. Each stops at
 * its point, and once all have stopped or ended, the worker is killed.
 */
async function openSession(place, bank, options) {
  const trials = new Map()

  const controller = await serve(async (request, response, body) => {
    const [, run, verb] = request.url.split('/')
    const trial = trials.get(run)
    trial.now = Math.max(trial.now, Number(request.headers['x-now']))
    if (verb === 'stopped') return trial.stop(JSON.parse(body))
    trial.ended += 1
    response.end()
  })
  const given = { ...options, bank, controller: controller.url }
  let worker = place.start(given)

  async function restart() {
    const old = await worker
    const startAgain = async () => {
      await old.kill()
      for (const trial of trials.values()) trial.stopAt = Infinity
      return place.start(given)
    }
    worker = startAgain()
  }

  /** Calls the worker, and repeats the call if the connection is lost, as a page does. */
  async function ask(trial, method, path, body) {
    const headers = { authorization: trial.run, origin: ORIGIN, 'content-type': 'application/json' }
    for (;;) {
      const called = await worker
      try {
        const signal = AbortSignal.timeout(REPLY_TIMEOUT_MS)
        const run = { 'x-now': `${trial.now}`, 'x-stop-at': `${trial.stopAt}` }
        const init = { method, headers: { ...headers, ...run }, body: body && JSON.stringify(body) }
        return await (await fetch(called.url + path, { ...init, signal })).json()
      } catch (error) {
        if ((await worker) === called) throw error
      }
    }
  }

  /** Acts for the user at the bank. */
  async function toBank(trial, verb, body) {
    const init = { method: 'POST', headers: { 'x-now': `${trial.now}` }, body: body && JSON.stringify(body) }
    const reply = await fetch(`${bank}/run/${trial.run}/${verb}`, init)
    trial.now = Math.max(trial.now, Number(reply.headers.get('x-now')))
    return reply.json()
  }

  /** A run of a flow that stops at a point; 1 is the first one. */
  function newTrial(stopAt) {
    const trial = { run: `run${++runs}`, stopAt, points: [], ended: 0, now: 0 }
    trial.stopped = new Promise((resolve) => {
      trial.stop = (points) => resolve(Object.assign(trial, { points }))
    })
    trial.ask = (...args) => ask(trial, ...args)
    trial.toBank = (...args) => toBank(trial, ...args)
    trials.set(trial.run, trial)
    return trial
  }

  return {
    /** Runs a batch: each trial stops at its point, or at none if that is `Infinity`. */
    async runBatch(stops, perform) {
      const all = stops.map(newTrial)
      const ends = all.map((trial) => perform(trial).catch((error) => ({ end: `stopped by: ${error.message}` })))
      if (stops.some(Number.isFinite)) {
        await Promise.all(all.map(({ stopped }, at) => Promise.race([stopped, ends[at]])))
        // The first status of MX after an answer may be older than the answer.
        const answered = all.filter(({ points }) => points.at(-1)?.endsWith(' resume'))
        await Promise.all(answered.map((trial) => trial.toBank('lag')))
        await restart()
      }
      const done = await Promise.all(ends)
      for (const { run } of all) trials.delete(run)
      return all.map(({ points, ended }, at) => ({ points, ended, ...done[at] }))
    },
    files: place.files,
    /** The name of the newest run, which is also its user and its connection. */
    newestRun: () => `run${runs}`,
    async close() {
      await (await worker).kill()
      controller.close()
      const marks = await (await fetch(`${bank}/marks`)).json()
      for (const [kind, text] of marks) mark(kind, text)
      for (const bytes of place.files()) see('sealed record', bytes)
    },
  }
}

/** Starts the vendors and opens the stores. */
export async function openHarness() {
  const { stores, startNode, close } = await openStores()
  const bank = await startNode('bank.mjs')
  return {
    stores: Object.keys(stores),
    /** With `losesWrites`, the worker behaves as if it stored after it sends. With `prints`, it prints what it sends. */
    openSession: async (store, { losesWrites = false, prints = false } = {}) =>
      openSession(await stores[store](), bank.url, { losesWrites, prints }),
    async close() {
      await bank.kill()
      await close()
    },
  }
}
