/** Fixtures for the tests of Flinks flows: a simulated bank, a host, and people who answer. */
import assert from 'node:assert/strict'
import { NOON, customerId, person } from '../lib/bank.mjs'
import { fill } from '../lib/fill.mjs'
import { flinks, restore, simulator } from '../lib/package.mjs'
import { until } from '../lib/until.mjs'
import { watch } from '../lib/call-validator.mjs'

export * from '../lib/bank.mjs'
export * from '../lib/package.mjs'
export { fill, until }

/** The three ways to start a flow for a person. */
export const startModes = {
  'cached, by LoginId': ({ loginId }) => ({ loginId, mostRecentCached: true }),
  'live, by LoginId': ({ loginId }) => ({ loginId, mostRecentCached: false }),
  'live, with credentials': ({ username, password }) => ({ username, password, institution: 'FlinksCapital' }),
}
export const [CACHED, LIVE, CREDENTIALS] = Object.values(startModes)

/**
 * A bank, its watched wire and a host. After each test every call must have fitted the schemas, and no answer or
 * credential may have arrived twice.
 */
export function setup(t, rules = {}) {
  const bank = simulator({ seed: 1, now: NOON, rules })
  const wire = watch(bank.fetch)
  t.after(() => {
    assert.deepEqual(wire.complaints, [], 'every call fits the schemas')
    const { answersRepeated, credentialsRepeated } = bank.counts()
    assert.deepEqual({ answersRepeated, credentialsRepeated }, { answersRepeated: 0, credentialsRepeated: 0 })
  })
  const cancelLater = cancelAfter(t)

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
    /** The arguments of each call of `authorizeToken`. */
    sessions,
    start: (params, more) => cancelLater(flinks.authorize(params, host(more))),
    reconnect: (params, more) => cancelLater(flinks.reconnect(params, host(more))),
    resume: (params, more) => cancelLater(flinks.resume(params, host(more))),
    connect: (params, more) => cancelLater(flinks.connect(params, host(more))),
    restore: (snapshot, more) => cancelLater(restore(snapshot, host(more))),
    /** The right SecurityResponses for the open round. */
    right: () => bank.rightAnswers(newestRequestId(wire.calls)),
    /** Each SecurityResponses that was sent. */
    sent: () => wire.calls.filter(({ json }) => json?.SecurityResponses).map(({ json }) => json.SecurityResponses),
    /**
     * Runs another flow to its end, after which other flows have sent what they were about to send. Returns the calls
     * that other flows made meanwhile.
     */
    async callsMeanwhile() {
      const made = wire.calls.length
      let own
      const fetch = (url, init) => {
        own = wire.calls.length
        return wire.fetch(url, init)
      }
      const authorizeToken = () => bank.token()
      await flinks.authorize(CACHED(person('Greatday')), host({ authorizeToken, fetch })).result()
      return wire.calls.filter((_, index) => index >= made && index !== own)
    },
  }
}

/** Cancels flows after a test: what an unfinished flow waits for would keep the process open. */
export function cancelAfter(t) {
  const flows = []
  t.after(() => flows.forEach((flow) => flow.cancel()))
  return (flow) => {
    flows.push(flow)
    return flow
  }
}

/** Reads a property of a Flinks body in any casing. */
export function readAnyCase(object, name) {
  const found = Object.entries(object ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())
  return found?.[1]
}

export function newestRequestId(calls) {
  const ids = calls.map(({ reply }) => readAnyCase(reply?.json, 'RequestId'))
  return ids.findLast((id) => id !== undefined)
}

/** Opens Connect's page at an address: what the page shows, and what a person does in it. */
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

/** Signs in and answers in Connect as the person, and passes the LoginId to the flow. `claim` is the rest of the claim. */
export async function completeConnect({ bank }, step, username, claim = {}) {
  const connect = await openConnect(bank, await step.pageUrl())
  const first = connect.view.state === 'credentials' ? await connect.signIn(person(username)) : connect.view
  const done = first.state === 'asks' ? await connect.answer(person(username).responses[0]) : first
  assert.equal(done.state, 'done')
  step.returned({ loginId: done.loginId, ...claim })
  return done
}

/** The method of a result and what it proves. */
export const proof = ({ method, health, ownership }) => [method, health, ownership]

/** Tokens by session, as a back end keeps them. */
export function tokensBySession(env) {
  const tokens = new Map()
  return ({ session }) => tokens.get(session) ?? tokens.set(session, env.bank.token()).get(session)
}

/** Runs a flow to its end with the right answers; returns its rounds with these answers, its last step and its code. */
export async function runToEnd(flow, { right }) {
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
export async function untilStep(flow, kind) {
  for await (const step of flow) if (step.kind === kind) return step
  assert.fail(`no ${kind}, but ${flow.current.kind} ${flow.current.error ?? ''}`)
}

/** Waits until a flow waits for its next poll. */
export const untilPollWait = (flow) => until(() => flow.current.until, 'the flow waits for its next poll')

/** Waits for the end of a flow; returns `done`, or the code of its failure. */
export async function ending(flow) {
  for await (const _ of flow);
  return codeOf(flow.current)
}

const codeOf = (step) => (step.kind === 'done' ? 'done' : step.failure.code)

/**
 * Checks that an error shows no secret: not in its message, its stack, its JSON, or its properties at any depth. Its
 * `cause` is the host's own object.
 */
export function assertNoSecrets(error, ...secrets) {
  const shown = [String(error), error.stack, JSON.stringify(error), ...properties(error)].join('\n')
  for (const secret of secrets) assert.ok(!shown.includes(secret), 'an error shows a secret')
}

function properties(value, seen = new Set()) {
  if (typeof value !== 'object' || value === null) return [String(value)]
  if (seen.has(value)) return []
  seen.add(value)
  const keys = Reflect.ownKeys(value).filter((key) => key !== 'cause' || !(value instanceof Error))
  return keys.flatMap((key) => [String(key), ...properties(value[key], seen)])
}

/** The purpose of a call, by its body. */
export function purpose({ json }) {
  if (json === null) return 'probe'
  if (json.SecurityResponses) return 'answer'
  if (json.RequestId) return 'poll'
  return json.MostRecentCached ? 'cached start' : 'live start'
}

/** The next turn of the event loop: promises that can settle before it have settled. */
export const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** A `fetch` whose calls time out at once if the bank has received them and does not reply. */
export function timingOutFetch(t, bank, fetch, timeout = 240_000) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return async (url, init) => {
    const before = bank.counts().requests
    let open = true
    const reply = fetch(url, init).finally(() => (open = false))
    reply.catch(() => {})
    await until(() => bank.counts().requests > before, 'the bank receives the call')
    await nextTurn()
    if (open) t.mock.timers.tick(timeout)
    return reply
  }
}
