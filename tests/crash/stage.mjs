/** Who is on stage: the bank, one worker at a time, and the controller that lets it go on or kills it. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../edge/postgres.mjs'
import { postgresTable } from './entry.mjs'
import { ORIGIN } from './points.mjs'

const script = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Starts a process, and gives it with the address that it tells. */
async function start(name, ...args) {
  const child = fork(script(name), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const died = exited.then(([code]) => {
    throw new Error(`${name} ended with ${code}`)
  })
  died.catch(() => {})
  const [address] = await Promise.race([once(child, 'message'), died])
  return { address, exited, kill: () => child.kill('SIGKILL') }
}

/** Where flows live: each stage has a place of its own. Durable Objects would be another row. */
const homes = {
  async postgres({ folder, connect }, name) {
    const pool = connect(1)
    await pool.query(`create schema ${name}; set search_path to ${name}; ${postgresTable}`)
    const database = { host: folder, user: 'test', database: 'postgres', options: `-c search_path=${name}` }
    return {
      start: (own) => start('worker.mjs', JSON.stringify({ ...own, database })),
      clear: () => pool.query('delete from bank_mfa_flow'),
    }
  },
}

/**
 * A stage for one run after another. A worker that was killed is followed by one that was started in its time; a worker
 * that was not goes on to the next run.
 */
async function setStage(home, bank, own) {
  let now = 0
  /** The run that is on. */
  let scene = { points: [], killAt: Infinity, ended: 0 }
  let [worker, spare] = []

  const controller = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    now = Math.max(now, Number(request.headers['x-now']))
    if (request.url === '/ended') scene.ended += 1
    else {
      const { what } = JSON.parse(Buffer.concat(chunks))
      scene.points.push(what)
      if (scene.points.length === scene.killAt) return replace()
    }
    response.end()
  })
  await once(controller.listen(0, '127.0.0.1'), 'listening')
  const given = { ...own, bank: bank.address, controller: `http://127.0.0.1:${controller.address().port}` }

  function replace() {
    const [old, next] = [worker, spare]
    old.then(({ kill }) => kill())
    worker = old.then(({ exited }) => exited).then(() => next)
    spare = home.start(given)
  }
  worker = home.start(given)
  spare = home.start(given)

  /** Asks the worker, and again where the connection is lost, as a page does. */
  async function ask(user, method, path, body) {
    const headers = { authorization: user, origin: ORIGIN, 'content-type': 'application/json' }
    for (;;) {
      const { address } = await worker
      try {
        const init = { method, headers: { ...headers, 'x-now': `${now}` }, body: body && JSON.stringify(body) }
        return await (await fetch(address + path, init)).json()
      } catch (error) {
        if ((await worker).address === address) throw error
      }
    }
  }

  /** The person's way to the bank. */
  async function toBank(run, verb, body) {
    const init = { method: 'POST', headers: { 'x-now': `${now}` }, body: body && JSON.stringify(body) }
    const reply = await fetch(`${bank.address}/run/${run}/${verb}`, init)
    now = Math.max(now, Number(reply.headers.get('x-now')))
    return reply.json()
  }

  return {
    /** Begins a run, in which the worker is killed at a point: 1 is the first one. */
    async begin(killAt = Infinity) {
      await home.clear()
      now = 0
      scene = { points: [], killAt, ended: 0 }
      return scene
    },
    ask,
    toBank,
    pass: (ms) => void (now += ms),
    async strike() {
      controller.close()
      for (const process of [worker, spare]) (await process).kill()
      controller.closeAllConnections()
    },
  }
}

/** Opens the house: the bank and the database of all its stages. */
export async function open() {
  const [bank, postgres] = await Promise.all([start('bank.mjs'), startPostgres()])
  let stages = 0
  return {
    /** A worker that `forgets` stores after it sends. */
    async stage({ forgets = false } = {}) {
      return setStage(await homes.postgres(postgres, `stage${++stages}`), bank, { forgets })
    },
    async close() {
      bank.kill()
      await postgres.stop()
    },
  }
}
