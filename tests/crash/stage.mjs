/** Who is on stage: the bank, one worker at a time, and the controller that lets it go on or kills it. */
import { openHomes } from './homes.mjs'
import { ORIGIN } from './points.mjs'
import { serve } from './serve.mjs'

/** How long a reply may take, in milliseconds of our time. */
const LONG = 300_000

let runs = 0

/**
 * A stage for one batch of runs after another. The runs of a batch go on at the same time in one worker, each on its own:
 * each stops at its point, and once all of them have stopped, or are at their end, the worker is killed under them.
 */
async function setStage(home, bank, own) {
  const scenes = new Map()

  const controller = await serve(async (request, response, body) => {
    const [, run, verb] = request.url.split('/')
    const scene = scenes.get(run)
    scene.now = Math.max(scene.now, Number(request.headers['x-now']))
    if (verb === 'stopped') return scene.stop(JSON.parse(body))
    scene.ended += 1
    response.end()
  })
  const given = { ...own, bank, controller: controller.url }
  let worker = home.start(given)

  async function kill() {
    const old = await worker
    const again = async () => {
      await old.kill()
      for (const scene of scenes.values()) scene.stopAt = Infinity
      return home.start(given)
    }
    worker = again()
  }

  /** Asks the worker, and again where the connection is lost, as a page does. */
  async function ask(scene, method, path, body) {
    const headers = { authorization: scene.run, origin: ORIGIN, 'content-type': 'application/json' }
    for (;;) {
      const asked = await worker
      try {
        const signal = AbortSignal.timeout(LONG)
        const run = { 'x-now': `${scene.now}`, 'x-stop-at': `${scene.stopAt}` }
        const init = { method, headers: { ...headers, ...run }, body: body && JSON.stringify(body) }
        return await (await fetch(asked.url + path, { ...init, signal })).json()
      } catch (error) {
        if ((await worker) === asked) throw error
      }
    }
  }

  /** The person's way to the bank. */
  async function toBank(scene, verb, body) {
    const init = { method: 'POST', headers: { 'x-now': `${scene.now}` }, body: body && JSON.stringify(body) }
    const reply = await fetch(`${bank}/run/${scene.run}/${verb}`, init)
    scene.now = Math.max(scene.now, Number(reply.headers.get('x-now')))
    return reply.json()
  }

  /** A run, which stops at a point: 1 is the first one. */
  function newScene(stopAt) {
    const scene = { run: `run${++runs}`, stopAt, points: [], ended: 0, now: 0 }
    scene.stopped = new Promise((resolve) => {
      scene.stop = (points) => resolve(Object.assign(scene, { points }))
    })
    scene.ask = (...args) => ask(scene, ...args)
    scene.toBank = (...args) => toBank(scene, ...args)
    scenes.set(scene.run, scene)
    return scene
  }

  return {
    /** Performs a batch of runs, each with the point at which the worker dies under it, or none. */
    async play(stops, perform) {
      const all = stops.map(newScene)
      const ends = all.map((scene) => perform(scene).catch((error) => ({ end: `breaks off: ${error.message}` })))
      if (stops.some(Number.isFinite)) {
        await Promise.all(all.map(({ stopped }, at) => Promise.race([stopped, ends[at]])))
        // MX's status may be older than an answer, the first time that it is looked at.
        const answered = all.filter(({ points }) => points.at(-1)?.endsWith(' resume'))
        await Promise.all(answered.map((scene) => scene.toBank('lag')))
        await kill()
      }
      const done = await Promise.all(ends)
      for (const { run } of all) scenes.delete(run)
      return all.map(({ points, ended }, at) => ({ points, ended, ...done[at] }))
    },
    async strike() {
      await (await worker).kill()
      controller.close()
    },
  }
}

/** Opens the house: the bank, and the homes of all its stages. */
export async function open() {
  const { homes, startNode, close } = await openHomes()
  const bank = await startNode('bank.mjs')
  return {
    homes: Object.keys(homes),
    /** A worker that `forgets` stores after it sends. */
    stage: async (home, { forgets = false } = {}) => setStage(await homes[home](), bank.url, { forgets }),
    async close() {
      await bank.kill()
      await close()
    },
  }
}
