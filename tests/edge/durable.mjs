/** What the tests of Durable Objects share: the edge in workerd, a simulated vendor on the loopback, pages, and time that runs fast. */
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { customerId, simulator } from '../package/bench.mjs'
import { bundle, startWorkerd } from '../tools/workerd.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
export const ORIGIN = 'https://app.example'

/** Bundles the worker once, into a folder that `remove` deletes. */
export async function bundled() {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-durable-'))
  await bundle(here('durable.worker.mjs'), join(folder, 'worker.js'))
  copyFileSync(here('durable.capnp'), join(folder, 'durable.capnp'))
  const config = readFileSync(join(folder, 'durable.capnp'), 'utf8')
  writeFileSync(join(folder, 'keys.capnp'), config.replace('enableSql = true', 'enableSql = false'))
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

/** What a call to the vendor is for. */
function purpose({ method, url, body }) {
  if (url.endsWith('/GenerateAuthorizeToken')) return 'token'
  if (url.includes('/GetAccounts')) return 'data'
  if (url.includes('/members/')) return { GET: 'look', PUT: 'answer', POST: 'start' }[method]
  const { SecurityResponses, RequestId } = JSON.parse(body)
  return SecurityResponses ? 'answer' : RequestId ? 'poll' : 'start'
}

/** An edge in workerd before a bank of its own. An hour of its time takes 3,600 / `speed` seconds. */
export async function stage(t, { folder }, connections, { speed = 60, config = 'durable.capnp' } = {}) {
  const began = Date.now()
  const bank = simulator({ seed: 1, now: began })
  const events = new EventEmitter()
  const told = []
  const traps = []

  const vendor = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const { method, url, headers } = request
    if (url === '/told') {
      told.push(JSON.parse(body))
      events.emit('told')
      return response.end()
    }
    bank.clock.advance(Math.max(0, Math.floor(began + (Date.now() - began) * speed) - bank.clock.now()))
    const what = purpose({ method, url, body })
    const trap = traps.findIndex(({ kind }) => kind === what)
    const [{ when, caught } = {}] = trap < 0 ? [] : traps.splice(trap, 1)
    if (when === 'before') return caught()
    const { host: _, connection: __, ...named } = headers
    const init = { method, headers: named, ...(method !== 'GET' && { body }) }
    const reply = await bank.fetch(`http://vendor.example${url}`, init)
    if (when === 'after') return caught()
    response.writeHead(reply.status, Object.fromEntries(reply.headers))
    response.end(Buffer.from(await reply.arrayBuffer()))
  })
  await once(vendor.listen(0, '127.0.0.1'), 'listening')
  const baseUrl = `http://127.0.0.1:${vendor.address().port}`

  const disk = mkdtempSync(join(folder, 'storage-'))
  mkdirSync(join(disk, 'flows'))
  const all = Object.entries(connections(bank)).map(([id, { host, ...connection }]) => [
    `ann/${id}`,
    { ...connection, host: { ...host, baseUrl } },
  ])
  const env = { BEGAN: `${began}`, SPEED: `${speed}`, VENDOR: baseUrl }
  env.CONNECTIONS = JSON.stringify(Object.fromEntries(all))
  const start = () => startWorkerd(join(folder, config), { folders: { storage: disk }, env })
  let worker = await start()
  t.after(async () => {
    await worker.kill()
    vendor.closeAllConnections()
    vendor.close()
    const { answersRepeated, credentialsRepeated } = bank.counts()
    assert.deepEqual([answersRepeated, credentialsRepeated], [0, 0])
  })

  const ask = (method, path, body, headers = {}) =>
    fetch(`${worker.url}${path}`, {
      method,
      headers: {
        authorization: 'ann',
        ...(method === 'POST' && { 'content-type': 'application/json', origin: ORIGIN }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const call = async (...args) => (await ask(...args)).json()
  const page = {
    ask,
    /** A call as it is given. */
    send: (path, init) => fetch(`${worker.url}${path}`, init),
    call,
    start: (connection) => call('POST', '/mfa/flows', { connection }),
    look: ({ flow }, after) => call('GET', `/mfa/flows/${flow}${after === undefined ? '' : `?after=${after}`}`),
    answer: ({ flow }, round, answers) => call('POST', `/mfa/flows/${flow}/answer`, { round, answers }),
    message: ({ flow }, message) => call('POST', `/mfa/flows/${flow}/message`, message),
    cancel: ({ flow }) => call('POST', `/mfa/flows/${flow}/cancel`, {}),
    /** Waits until it is not the vendor's turn. */
    async settled(state) {
      while (state.step?.kind === 'working') state = await page.look(state, state.version)
      return state
    },
    /** Walks to the end, and gives `done` or the code of the failure. */
    async walk(state, right) {
      for (state = await page.settled(state); state.step?.kind === 'challenge'; state = await page.settled(state)) {
        state = await page.answer(state, state.step.round.number, right(state.step.round))
      }
      return state.step?.failure?.code ?? state.step?.kind ?? state.code
    },
  }
  return {
    bank,
    page,
    /** Resolves when the next call of a kind has come, which gets no reply: before the bank hears it, or after. */
    caught: (kind, when = 'after') => new Promise((caught) => traps.push({ kind, when, caught })),
    /** What the company was told, once it was. */
    async told(name) {
      for (;;) {
        const found = told.findIndex((one) => name in one)
        if (found >= 0) return told.splice(found, 1)[0][name]
        await once(events, 'told')
      }
    },
    /** The worker dies, and is started again on the same disk; with something else in its environment, where given. */
    async crash(more) {
      await worker.kill()
      Object.assign(env, more)
      worker = await start()
    },
    /** What is in the object of a flow, or of another name. */
    inside: ({ flow }) => call('GET', `/objects/${flow.split('.')[0]}`),
    /** Resolves when an object is empty. */
    async emptied(named) {
      for (let inside; inside?.alarm !== null || inside.keys.length > 0;) inside = await this.inside(named)
    },
    /** Every byte that is on the disk. */
    bytes: () =>
      readdirSync(disk, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, path, name }) => readFileSync(join(parentPath ?? path, name), 'latin1'))
        .join('\n'),
  }
}

export const byFlinks = (bank, username, kind = 'authorize') => {
  const loginId = bank.loginId(username)
  const params = kind === 'authorize' ? { loginId, mostRecentCached: false } : { loginId }
  const host = { instance: 'toolbox', customerId }
  const keys = { secretKey: bank.secretKey, apiKey: bank.keys.apiKey }
  return { vendor: 'flinks', host, ...keys, flow: { kind, params } }
}

export const byMx = (bank, name) => {
  const { userGuid, memberGuid } = bank.mx.member(name)
  const params = { userGuid, memberGuid, job: 'aggregate' }
  return { vendor: 'mx', host: { environment: 'integration' }, ...bank.mx.key, params }
}
