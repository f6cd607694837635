/** Fixtures of the edge's tests: an edge of the packed tarball, simulated vendors, and pages that call the edge. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import Ajv2020 from 'ajv/dist/2020.js'
import { NOON, customerId } from '../lib/bank.mjs'
import { resolve, simulator } from '../lib/package.mjs'
import { fill } from '../lib/fill.mjs'
import { complaints as dataComplaints } from '../lib/single-call-validator.mjs'
import { until } from '../lib/until.mjs'
import { complaints, watch } from '../lib/call-validator.mjs'
import { complaints as mxComplaints } from '../lib/mx-call-validator.mjs'

export const { edge, memoryStore, nodeHandler, postgres, postgresTable, sealer, FlowError } = await import(
  pathToFileURL(resolve('bank-mfa/edge'))
)
/** The package's OpenAPI document. */
export const openapi = JSON.parse(readFileSync(resolve('bank-mfa/openapi.json'), 'utf8'))
export { NOON, customerId, fill }

export const ORIGIN = 'https://app.example'
export const MINUTE = 60_000

/** The headers that every reply has. */
export const SECURITY = [
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['vary', 'origin'],
]

const key = (byte) => Buffer.alloc(32, byte).toString('base64')
export const KEYS = { k1: key(1), k2: key(2) }
export const SEAL = { current: 'k1', keys: { k1: KEYS.k1 } }

/** Validates replies against the OpenAPI document. */
const ajv = new Ajv2020({ strict: false })
ajv.addSchema({ $id: 'openapi', components: openapi.components })
const schema = (name) => ajv.getSchema(`openapi#/components/schemas/${name}`)

/** A Flinks connection for a person of the simulated bank. */
export const flinksConnection = (bank, username, kind = 'authorize', more = {}) => {
  const loginId = bank.loginId(username)
  const params = { authorize: { loginId, mostRecentCached: false }, reconnect: { loginId }, resume: {}, connect: {} }[
    kind
  ]
  const flow = { kind, params: { ...params, ...more } }
  return { vendor: 'flinks', host: { instance: 'toolbox', customerId }, secretKey: bank.secretKey, flow }
}

/** An MX connection for a member of the simulated vendor. */
export const mxConnection = (bank, name, params = { job: 'aggregate' }) => {
  const { userGuid, memberGuid } = bank.mx.member(name)
  const { clientId, apiKey } = bank.mx.key
  return {
    vendor: 'mx',
    host: { environment: 'integration' },
    clientId,
    apiKey,
    params: { userGuid, memberGuid, ...params },
  }
}

/** Validates a call against the schemas of its vendor. Returns the mistakes, one text each. */
export function complaintsOf(call) {
  if (call.url.includes('mx.com')) return mxComplaints(call)
  if (call.url.endsWith('/GenerateAuthorizeToken')) return []
  return (/\/GetAccounts/.test(call.url) ? dataComplaints : complaints)(call)
}

/** An edge with simulated vendors. The keys of `connections` are user and id: `'ann/c_1'`. */
export function setup(t, { connections = () => ({}), realTime = false, fetch, rules, ...more } = {}) {
  const bank = simulator({ seed: 1, now: realTime ? undefined : NOON, realTime, rules })
  const wire = watch(bank.fetch, complaintsOf)
  const all = connections(bank)
  const store = more.store ?? memoryStore()
  const reported = { personNeeded: [], ended: [], errors: [] }
  const waiters = []
  const clock = {
    ...bank.clock,
    wait(...args) {
      for (const resolve of waiters.splice(0)) resolve()
      return bank.clock.wait(...args)
    },
  }
  const config = {
    authenticate: (request) => request.headers.get('authorization')?.replace('Bearer ', '') ?? null,
    resolve: (user, connection) => all[`${user}/${connection}`] ?? null,
    origins: [ORIGIN],
    seal: SEAL,
    store,
    onPersonNeeded: (event) => void reported.personNeeded.push(event),
    onFlowEnded: (event) => void reported.ended.push(event),
    onError: (error) => void reported.errors.push(error),
    fetch: fetch ? fetch(wire.fetch) : wire.fetch,
    ...(!realTime && { clock }),
    ...more,
    store,
  }
  const handle = edge(config)
  // A wait that has not ended would keep the process alive.
  t.after(() => realTime || bank.clock.advance(3 * 3_600_000))
  t.after(() => {
    assert.deepEqual(wire.complaints, [], 'every call fits the schemas')
    const { answersRepeated, credentialsRepeated } = bank.counts()
    assert.deepEqual({ answersRepeated, credentialsRepeated }, { answersRepeated: 0, credentialsRepeated: 0 })
  })
  /** Resolves when the edge begins its next wait. */
  const nextWait = () => new Promise((resolve) => waiters.push(resolve))
  return {
    bank,
    wire,
    store,
    reported,
    config,
    handle,
    nextWait,
    page: (user = 'ann', more) => page(handle, user, more),
  }
}

/** A page: calls an edge as a browser does, and validates each reply. `headers` are added to each request. */
export function page(handle, user = 'ann', headers = {}) {
  async function ask(method, path, body, more = {}) {
    const init = {
      method,
      headers: {
        ...(user && { authorization: `Bearer ${user}` }),
        ...(method === 'POST' && { 'content-type': 'application/json', origin: ORIGIN }),
        ...headers,
        ...more,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }
    return handle(new Request(`https://edge.example/mfa${path}`, init))
  }
  async function read(reply) {
    const json = await reply.json()
    assert.equal(reply.headers.get('content-type'), reply.ok ? 'application/json' : 'application/problem+json')
    const validate = schema(
      reply.status === 202 ? 'Pending' : !reply.ok ? 'Problem' : 'data' in json ? 'Data' : 'State',
    )
    assert.ok(validate(json), `${JSON.stringify(json)} ${ajv.errorsText(validate.errors)}`)
    return json
  }
  const call = async (...args) => read(await ask(...args))
  return {
    ask,
    call,
    start: (connection) => call('POST', '/flows', { connection }),
    getState: ({ flow }, after) => call('GET', `/flows/${flow}${after === undefined ? '' : `?after=${after}`}`),
    answer: ({ flow }, round, answers) => call('POST', `/flows/${flow}/answer`, { round, answers }),
    message: ({ flow }, message) => call('POST', `/flows/${flow}/message`, message),
    cancel: ({ flow }) => call('POST', `/flows/${flow}/cancel`, {}),
    data: ({ flow }, name) => call('GET', `/flows/${flow}/data/${name}`),
    /** Waits while the flow works. */
    async settled(state) {
      const hasRested = async () =>
        state.step?.kind !== 'working' || void (state = await this.getState(state, state.version))
      await until(hasRested, 'the flow waits for its user or ends', { limitMs: 45_000 })
      return state
    },
  }
}

/** The user decides in the window of an OAuth bank at MX. Returns the address to which the bank redirects. */
export async function approve(bank, url, decision = 'approve') {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const reply = await bank.fetch(url, { method: 'POST', headers, body: `decision=${decision}` })
  return new URL(reply.headers.get('location'), 'https://int-api.mx.com').href
}

/** Runs a flow to its end; `right` returns the right answers to a round. */
export async function walk(page, state, right) {
  for (state = await page.settled(state); state.step?.kind === 'challenge'; state = await page.settled(state)) {
    const { round } = state.step
    state = await page.answer(state, round.number, right(round))
  }
  return state
}

/** The right answers to the newest open round at Flinks. */
export const rightAnswers =
  ({ bank, wire }) =>
  (round) => {
    const ids = wire.calls.map(({ reply }) => reply?.json?.RequestId).filter(Boolean)
    return fill(round, JSON.parse(bank.rightAnswers(ids.at(-1))))
  }

/** A connection of each of two users. */
export const TWO_USERS = (bank) => ({
  'ann/c_1': flinksConnection(bank, 'Greatday'),
  'bob/c_1': flinksConnection(bank, 'text_or_call'),
})

/** A flow of the first user that waits at its first challenge. */
export async function atChallenge(t, more) {
  const env = setup(t, { connections: TWO_USERS, ...more })
  const page = env.page()
  return { ...env, env, as: env.page, page, state: await page.settled(await page.start('c_1')) }
}
