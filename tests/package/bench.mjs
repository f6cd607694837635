/** What the tests of the packed tarball share: the package as installed, a bank, and a person who answers. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { fill } from './fill.mjs'
import { watch } from './wire.mjs'

export { fill }

/** The folder into which the tarball is installed. */
export const app = process.env.BANK_MFA_APP ?? fileURLToPath(new URL('../../target/app', import.meta.url))

/** Where the installed package has an entry. */
export const resolve = createRequire(`${app}/index.js`).resolve

export const { flinks, mx, restore, Flow, FlowError } = await import(pathToFileURL(resolve('bank-mfa')))
export const calls = await import(pathToFileURL(resolve('bank-mfa/calls')))
export const { simulator } = await import(pathToFileURL(resolve('bank-mfa/simulator')))

/** The customer of the public sandbox. */
export const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
export const NOON = Date.UTC(2026, 0, 21, 12)
export const MINUTE = 60_000

/** Everybody at the simulated bank. */
export const people = simulator().people
export const person = (username) => people.find((person) => person.username === username)

/** The three ways to start, for a person. */
export const ways = {
  'cached, by LoginId': ({ loginId }) => ({ loginId, mostRecentCached: true }),
  'live, by LoginId': ({ loginId }) => ({ loginId, mostRecentCached: false }),
  'live, with credentials': ({ username, password }) => ({ username, password, institution: 'FlinksCapital' }),
}
export const [CACHED, LIVE, CREDENTIALS] = Object.values(ways)

/**
 * A bank, its wire and a host. Whatever the test is about, each call must fit the schemas, and no
 * answer or credential may arrive twice.
 */
export function bench(t, rules = {}) {
  const bank = simulator({ seed: 1, now: NOON, rules })
  const wire = watch(bank.fetch)
  t.after(() => {
    assert.deepEqual(wire.complaints, [], 'every call fits the schemas')
    const { answersRepeated, credentialsRepeated } = bank.counts()
    assert.deepEqual({ answersRepeated, credentialsRepeated }, { answersRepeated: 0, credentialsRepeated: 0 })
  })
  // What a test leaves unfinished would keep the process.
  const flows = []
  t.after(() => flows.forEach((flow) => flow.cancel()))
  const begun = (flow) => {
    flows.push(flow)
    return flow
  }

  const sessions = []
  const host = (more) => ({
    instance: 'toolbox',
    customerId,
    authorizeToken(session) {
      sessions.push(session)
      return bank.token()
    },
    fetch: wire.fetch,
    clock: bank.clock,
    ...more,
  })
  return {
    bank,
    wire,
    host,
    /** The sessions that a token was asked for. */
    sessions,
    start: (params, more) => begun(flinks.authorize(params, host(more))),
    reconnect: (params, more) => begun(flinks.reconnect(params, host(more))),
    connect: (params, more) => begun(flinks.connect(params, host(more))),
    restore: (snapshot, more) => begun(restore(snapshot, host(more))),
    /** The right SecurityResponses for the round that stands open. */
    right: () => bank.rightAnswers(newestRequestId(wire.calls)),
    /** Each SecurityResponses that went over the wire. */
    sent: () => wire.calls.filter(({ json }) => json?.SecurityResponses).map(({ json }) => json.SecurityResponses),
  }
}

/** Reads a member as Flinks must be read: in any casing. */
export function member(object, name) {
  const found = Object.entries(object ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())
  return found?.[1]
}

export function newestRequestId(calls) {
  const ids = calls.map(({ reply }) => member(reply?.json, 'RequestId'))
  return ids.findLast((id) => id !== undefined)
}

/** What Connect's page at an address gets to see, and what the person does there. */
export async function openConnect(bank, address) {
  const { searchParams } = new URL(address)
  const call = async (name, body) => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    return (await bank.fetch(new URL(`/connect/${name}`, address), init)).json()
  }
  const { visit, ...view } = await call('open', Object.fromEntries(searchParams))
  return {
    view,
    signIn: ({ username, password }) => call('sign-in', { visit, username, password }),
    answer: (responses) => call('answer', { visit, responses: Object.entries(responses) }),
  }
}

/** Walks to the end with the right answers, and gives its rounds with these answers, and the ending. */
export async function walk(flow, { right }) {
  const rounds = []
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    const responses = JSON.parse(right())
    rounds.push({ ...step.round, responses })
    await step.answer(fill(step.round, responses))
  }
  return { rounds, end: flow.current, code: codeOf(flow.current) }
}

/** Waits for a step of a kind. */
export async function until(flow, kind) {
  for await (const step of flow) if (step.kind === kind) return step
  assert.fail(`no ${kind}, but ${flow.current.kind} ${flow.current.error ?? ''}`)
}

/** How a flow ended: `done`, or the code of its failure. */
export async function ending(flow) {
  for await (const _ of flow);
  return codeOf(flow.current)
}

const codeOf = (step) => (step.kind === 'done' ? 'done' : step.failure.code)

/** A secret must be in nothing that an error shows: its message, stack and properties, all the way down. */
export function assertTellsNothing(error, ...secrets) {
  const shown = [String(error), error.stack, ...properties(error)].join('\n')
  for (const secret of secrets) assert.ok(!shown.includes(secret), 'an error tells a secret')
}

function properties(value, seen = new Set()) {
  if (typeof value !== 'object' || value === null) return [String(value)]
  if (seen.has(value)) return []
  seen.add(value)
  return Reflect.ownKeys(value).flatMap((key) => [String(key), ...properties(value[key], seen)])
}

/** What a call is for, by its body. */
export function purpose({ json }) {
  if (json === null) return 'probe'
  if (json.SecurityResponses) return 'answer'
  if (json.RequestId) return 'ask'
  return json.MostRecentCached ? 'cached start' : 'live start'
}

/** Lets what is already settled run to its end. */
export const settled = () => new Promise((resolve) => setImmediate(resolve))

/** A `fetch` whose calls run into their timeout at once when the bank has heard them and does not answer. */
export function impatient(t, bank, fetch, timeout = 240_000) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return async (url, init) => {
    const before = bank.counts().requests
    let open = true
    const reply = fetch(url, init).finally(() => (open = false))
    reply.catch(() => {})
    while (bank.counts().requests === before) await settled()
    await settled()
    if (open) t.mock.timers.tick(timeout)
    return reply
  }
}
