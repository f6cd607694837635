/**
 * Fixtures for durable.test.mjs: the edge in workerd, simulated vendors on the loopback, pages, and fast time.
 */
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { customerId } from '../lib/bank.mjs'
import { see, seeReply } from '../lib/canary.mjs'
import { simulator } from '../lib/package.mjs'
import { until } from '../lib/until.mjs'
import { bundle, startWorkerd } from '../lib/workerd.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
export const ORIGIN = 'https://app.example'

/** Bundles the worker into a folder, which `remove` deletes. */
export async function bundleWorker() {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-durable-'))
  await bundle(here('durable.worker.mjs'), join(folder, 'worker.js'))
  copyFileSync(here('durable.capnp'), join(folder, 'durable.capnp'))
  const config = readFileSync(join(folder, 'durable.capnp'), 'utf8')
  writeFileSync(join(folder, 'keys.capnp'), config.replace('enableSql = true', 'enableSql = false'))
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

/** The purpose of a call to a vendor. */
function purpose({ method, url, body }) {
  if (url.endsWith('/GenerateAuthorizeToken')) return 'token'
  if (url.includes('/GetAccounts')) return 'data'
  if (url.includes('/members/')) return { GET: 'poll', PUT: 'answer', POST: 'start' }[method]
  const { SecurityResponses, RequestId } = JSON.parse(body)
  return SecurityResponses ? 'answer' : RequestId ? 'poll' : 'start'
}

/** An edge in workerd with its own simulated vendors. An hour of its time takes 3,600 / `speed` seconds. */
export async function setup(t, { folder }, connections, { speed = 60, config = 'durable.capnp' } = {}) {
  const startedAt = Date.now()
  const bank = simulator({ seed: 1, now: startedAt })
  const events = new EventEmitter()
  const reports = []
  const traps = []

  const vendor = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const { method, url, headers } = request
    if (url === '/reports') {
      reports.push(JSON.parse(body))
      if ('error' in reports.at(-1)) see('error', body)
      events.emit('report')
      return response.end()
    }
    bank.clock.advance(Math.max(0, Math.floor(startedAt + (Date.now() - startedAt) * speed) - bank.clock.now()))
    const kind = purpose({ method, url, body })
    const trap = traps.findIndex((trap) => trap.kind === kind)
    const [{ when, intercepted } = {}] = trap < 0 ? [] : traps.splice(trap, 1)
    if (when === 'before') return intercepted()
    const { host: _, connection: __, ...named } = headers
    const init = { method, headers: named, ...(method !== 'GET' && { body }) }
    const reply = await bank.fetch(`http://vendor.example${url}`, init)
    if (when === 'after') return intercepted()
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
  const env = { STARTED_AT: `${startedAt}`, SPEED: `${speed}`, VENDOR: baseUrl }
  env.CONNECTIONS = JSON.stringify(Object.fromEntries(all))
  const start = () => startWorkerd(join(folder, config), { folders: { storage: disk }, env })
  let worker = await start()
  t.after(async () => {
    await worker.kill()
    see('sealed record', Buffer.from(diskBytes(), 'latin1'))
    vendor.closeAllConnections()
    vendor.close()
    assert.deepEqual(
      reports.filter((report) => 'error' in report),
      [],
      'every error was expected',
    )
    const { answersRepeated, credentialsRepeated } = bank.counts()
    assert.deepEqual([answersRepeated, credentialsRepeated], [0, 0])
  })

  /** All bytes on the disk. */
  const diskBytes = () =>
    readdirSync(disk, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, path, name }) => readFileSync(join(parentPath ?? path, name), 'latin1'))
      .join('\n')

  const ask = async (method, path, body, headers = {}) => {
    const reply = await fetch(`${worker.url}${path}`, {
      method,
      headers: {
        authorization: 'ann',
        ...(method === 'POST' && { 'content-type': 'application/json', origin: ORIGIN }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const isStream = reply.headers.get('content-type')?.startsWith('text/event-stream')
    if (!isStream) seeReply(`${JSON.stringify([...reply.headers])}\n${await reply.clone().text()}`)
    return reply
  }
  const call = async (...args) => (await ask(...args)).json()
  const page = {
    ask,
    /** Sends a request without the page's headers. */
    send: (path, init) => fetch(`${worker.url}${path}`, init),
    call,
    start: (connection) => call('POST', '/mfa/flows', { connection }),
    getState: ({ flow }, after) => call('GET', `/mfa/flows/${flow}${after === undefined ? '' : `?after=${after}`}`),
    answer: ({ flow }, round, answers) => call('POST', `/mfa/flows/${flow}/answer`, { round, answers }),
    message: ({ flow }, message) => call('POST', `/mfa/flows/${flow}/message`, message),
    cancel: ({ flow }) => call('POST', `/mfa/flows/${flow}/cancel`, {}),
    /** Waits while the flow works. */
    async settled(state) {
      const hasRested = async () =>
        state.step?.kind !== 'working' || void (state = await page.getState(state, state.version))
      await until(hasRested, 'the flow waits for its user or ends', { limitMs: 45_000 })
      return state
    },
    /** Walks to the end, and returns `done` or the code of the failure. */
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
    /**
     * Resolves when the next call of a kind has come. It gets no reply, and reaches the bank only if `when` is `after`.
     */
    interceptNext: (kind, when = 'after') => new Promise((intercepted) => traps.push({ kind, when, intercepted })),
    /** Waits for a report of the worker: `personNeeded`, `ended` or `error`. */
    async nextReport(name) {
      for (;;) {
        const found = reports.findIndex((report) => name in report)
        if (found >= 0) return reports.splice(found, 1)[0][name]
        await once(events, 'report')
      }
    },
    /** Kills the worker and starts it again on the same disk. `more` changes its environment variables. */
    async crash(more) {
      await worker.kill()
      Object.assign(env, more)
      worker = await start()
    },
    /** The storage keys and the alarm of an object, by the handle of a flow or another name. */
    readStorage: ({ flow }) => call('GET', `/objects/${flow.split('.')[0]}`),
    /** Waits until the storage of an object is empty. */
    async untilEmpty(named) {
      const isEmpty = async () => {
        const { keys, alarm } = await this.readStorage(named)
        return keys.length === 0 && alarm === null
      }
      await until(isEmpty, 'the object is empty', { limitMs: 45_000 })
    },
    diskBytes,
  }
}

export const flinksConnection = (bank, username, kind = 'authorize') => {
  const loginId = bank.loginId(username)
  const params = kind === 'authorize' ? { loginId, mostRecentCached: false } : { loginId }
  const host = { instance: 'toolbox', customerId }
  const keys = { secretKey: bank.secretKey, apiKey: bank.keys.apiKey }
  return { vendor: 'flinks', host, ...keys, flow: { kind, params } }
}

export const mxConnection = (bank, name) => {
  const { userGuid, memberGuid } = bank.mx.member(name)
  const params = { userGuid, memberGuid, job: 'aggregate' }
  return { vendor: 'mx', host: { environment: 'integration' }, ...bank.mx.key, params }
}
