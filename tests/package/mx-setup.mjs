/** Fixtures for the tests of MX flows: a simulated bank with its wire, a person who answers, and the bank's window. */
import assert from 'node:assert/strict'
import { complaints } from '../lib/mx-call-validator.mjs'
import { watch } from '../lib/call-validator.mjs'
import { NOON, cancelAfter, ending, mx, restore, simulator, until } from './setup.mjs'

export * from './setup.mjs'

const { mx: simulated } = simulator()

export const { members, member } = simulated
export const VERSIONS = ['v20250224', 'v20111101']
export const JOBS = ['aggregate', 'check_balance', 'extend_history', 'fetch_statements', 'identify', 'verify']

/** The parameters that start a job of a member. */
export const job = (name, job = 'aggregate') => ({ ...guids(name), job })
/** The parameters that follow a job of a member that runs already. */
export const guids = (name) => ({ userGuid: member(name).userGuid, memberGuid: member(name).memberGuid })
/** A start after which nobody is asked to sign in. */
export const unattended = (params) => ({ ...params, signIn: 'never' })
/** The parameters that create a member with OAuth. */
export const oauth = { userGuid: members[0].userGuid, institutionCode: 'mx_bank_oauth', isOauth: true }

/**
 * A bank, its watched wire and a host. After each test every call must have fitted the schemas, no answer or
 * credential may have arrived twice, and no two status polls within 3 s (unless `mayHurry`). `repeated` answers may
 * arrive twice: those that a person repeats because the bank asks the same again.
 */
export function setup(t, mxRules = {}, { repeated = 0, mayHurry = false } = {}) {
  const bank = simulator({ seed: 1, now: NOON, mxRules })
  const wire = watch(bank.fetch, complaints)
  t.after(() => {
    assert.deepEqual(wire.complaints, [], 'every call fits the schemas')
    const { answersRepeated, credentialsRepeated, broken } = bank.counts()
    assert.deepEqual([answersRepeated, credentialsRepeated], [repeated, 0])
    for (const rule of [!mayHurry && 'polled-too-soon', 'answer-without-recent-status', 'body'])
      assert.equal(broken[rule], undefined, rule)
  })
  const cancelLater = cancelAfter(t)
  let newest
  let waits = 0
  // The virtual clock stops while the person is in the bank's window: a test says when they come back.
  const clock = {
    ...bank.clock,
    async wait(ms, signal, waitsFor) {
      // The flow enters its step right after this call.
      await null
      if (signal.aborted) return new Promise(() => {})
      waits += 1
      return bank.clock.wait(ms, signal, newest.current.kind === 'redirect' ? 'person' : waitsFor)
    },
  }
  const host = (more) => ({ environment: 'integration', ...bank.mx.key, fetch: wire.fetch, clock, ...more })
  const begin = (flow) => (newest = cancelLater(flow))
  const guid = () => wire.calls.map(({ url }) => /MBR-[^/]+/.exec(url)?.[0]).findLast(Boolean)
  return {
    bank,
    wire,
    host,
    start: (params, more) => begin(mx.member(params, host(more))),
    restore: (snapshot, more) => begin(restore(snapshot, host(more))),
    /** The body of a resume with the right values, for the open round of the member in the newest call. */
    right: () => JSON.parse(bank.mx.rightValues(guid())),
    /** Each resume that was sent. */
    sent: () => wire.calls.filter((call) => purpose(call) === 'resume').map(({ json }) => json),
    purposes: () => wire.calls.map(purpose),
    create: async (name, password) => ({
      userGuid: member(name).userGuid,
      institutionCode: member(name).institutionCode,
      credentials: await credentials(bank, member(name), password),
    }),
    update: async (name, password) => ({
      ...guids(name),
      credentials: await credentials(bank, member(name), password),
    }),
    approve: (url, decision) => decideInWindow(bank, url, decision),
    /** Advances the clock until the newest flow has polled once, and waits again or has ended. */
    async pollOnce() {
      const [flow, polled, waited] = [newest, wire.calls.length, waits]
      await until(() => {
        if (wire.calls.length > polled) return waits > waited || ['done', 'failed'].includes(flow.current.kind)
        bank.clock.advance(1_000)
      }, 'the flow polls')
    },
    /**
     * Runs a flow of another member to its end, after which other flows have sent what they were about to send.
     * Returns the calls that other flows made meanwhile.
     */
    async callsMeanwhile() {
      const made = wire.calls.length
      const { memberGuid } = member('no_questions')
      const before = newest
      await begin(mx.member(job('no_questions'), host())).result()
      newest = before
      return wire.calls.slice(made).filter(({ url }) => !url.includes(memberGuid))
    },
  }
}

/** A member's credentials, under the guids that MX lists for the institution. */
async function credentials(bank, { institutionCode, username, password }, other = password) {
  const url = `https://int-api.mx.com/institutions/${institutionCode}/credentials`
  const authorization = `Basic ${btoa(Object.values(bank.mx.key).join(':'))}`
  const headers = { authorization, accept: 'application/json', 'accept-version': 'v20250224' }
  const values = { LOGIN: username, PASSWORD: other, BRANCH: 'N' }
  const reply = await (await bank.fetch(url, { headers })).json()
  return reply.credentials.map(({ guid, field_name }) => ({ guid, value: values[field_name] }))
}

/** The person decides in the bank's window. Returns the address that it redirects to. */
async function decideInWindow(bank, url, decision = 'approve') {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const reply = await bank.fetch(url, { method: 'POST', headers, body: `decision=${decision}` })
  assert.equal(reply.status, 302)
  return new URL(reply.headers.get('location'), 'https://int-api.mx.com').href
}

/** Opens the widget's page, as a browser does. An address opens once. */
export async function openWidget(bank, url) {
  const page = await bank.fetch(url)
  assert.equal(page.status, 200)
  const call = async (name, body) => {
    const headers = { 'content-type': 'application/json' }
    return (await bank.fetch(`${url}/${name}`, { method: 'POST', headers, body: body ?? '{}' })).json()
  }
  return {
    look: () => call('look'),
    answer: (answers) => call('answer', answers),
    signIn: (credentials) => call('sign-in', JSON.stringify({ member: { credentials } })),
  }
}

/** Fills a form as a person does: with a text, or with the label of an option. */
export function fill({ challenges }, texts) {
  const is = (text) => (option) => option.label.toLowerCase() === text.toLowerCase()
  const answer = ({ fields: [{ name, options }] }, index) => {
    const text = texts[index]
    return [name, options.length === 0 ? text : options.find(is(text)).id]
  }
  return Object.fromEntries(challenges.map(answer))
}

/** Runs a flow to its end with the right answers and through windows; returns rounds, windows, last step and code. */
export async function runToEnd(flow, env, { responses, isRaw = false }) {
  const [rounds, windows] = [[], []]
  for await (const step of flow) {
    if (step.kind === 'redirect' && step.url.includes('/md/connect/')) {
      windows.push(step.url)
      const widget = await openWidget(env.bank, step.url)
      await widget.answer(JSON.stringify(env.right()))
      while (flow.current === step) await env.pollOnce()
    } else if (step.kind === 'redirect') {
      windows.push(step.url)
      const landing = await env.approve(step.url)
      env.bank.clock.advance(3_000)
      step.returned(landing)
    }
    if (step.kind !== 'challenge') continue
    const right = env.right()
    rounds.push({ ...step.round, right })
    if (isRaw) await step.answerRaw(raw(right))
    else await step.answer(fill(step.round, responses[rounds.length - 1] ?? responses.at(-1)))
  }
  return { rounds, windows, end: flow.current, code: await ending(flow) }
}

/** The body of a resume as raw answers: a list with one value for each guid. */
export const raw = ({ member }) => Object.fromEntries(member.challenges.map(({ guid, value }) => [guid, [value]]))

/** The purpose of a call, by its address. */
export function purpose({ method, url }) {
  const last = new URL(url).pathname.split('/').at(-1)
  if (JOBS.includes(last)) return 'job'
  if (method === 'POST') return last === 'members' ? 'create' : last
  return last.startsWith('MBR-') ? 'update' : last
}
