/** What the tests of MX share: a bank with its wire, a person who answers, and the bank's window. */
import assert from 'node:assert/strict'
import { NOON, ending, mx, restore, settled, simulator } from './bench.mjs'
import { complaints } from './mx-wire.mjs'
import { watch } from './wire.mjs'

export * from './bench.mjs'

const { mx: everybody } = simulator()

/** Everybody's members. */
export const { members, member } = everybody
export const VERSIONS = ['v20250224', 'v20111101']
export const JOBS = ['aggregate', 'check_balance', 'extend_history', 'fetch_statements', 'identify', 'verify']

/** The parameters to start a member's job, and to take it up. */
export const job = (name, job = 'aggregate') => ({ ...watching(name), job })
export const watching = (name) => ({ userGuid: member(name).userGuid, memberGuid: member(name).memberGuid })
export const oauth = { userGuid: members[0].userGuid, institutionCode: 'mx_bank_oauth', isOauth: true }

/**
 * A bank, its wire and a host. Whatever the test is about, each call must fit the schemas, no answer or
 * credential may arrive twice, and no status may be read within 3 s of another. Only a person repeats an answer, where they
 * are asked the same again.
 */
export function bench(t, mxRules = {}, { repeated = 0, mayHurry = false } = {}) {
  const bank = simulator({ seed: 1, now: NOON, mxRules })
  const wire = watch(bank.fetch, complaints)
  t.after(() => {
    assert.deepEqual(wire.complaints, [], 'every call fits the schemas')
    const { answersRepeated, credentialsRepeated, broken } = bank.counts()
    assert.deepEqual([answersRepeated, credentialsRepeated], [repeated, 0])
    for (const rule of [!mayHurry && 'polled-too-soon', 'answer-without-recent-status', 'body'])
      assert.equal(broken[rule], undefined, rule)
  })
  // What a test leaves unfinished would keep the process.
  const flows = []
  t.after(() => flows.forEach((flow) => flow.cancel()))
  const begun = (flow) => {
    flows.push(flow)
    return flow
  }
  // While the person is at the bank's window time stands still, for a test to say when they come back.
  const clock = {
    ...bank.clock,
    async wait(ms, signal, waitsFor) {
      // The flow enters its step just behind this call.
      await null
      if (signal.aborted) return new Promise(() => {})
      return bank.clock.wait(ms, signal, flows.at(-1).current.kind === 'redirect' ? 'person' : waitsFor)
    },
  }
  const host = (more) => ({ environment: 'integration', ...bank.mx.key, fetch: wire.fetch, clock, ...more })
  const guid = () => wire.calls.map(({ url }) => /MBR-[^/]+/.exec(url)?.[0]).findLast(Boolean)
  return {
    bank,
    wire,
    host,
    start: (params, more) => begun(mx.member(params, host(more))),
    restore: (snapshot, more) => begun(restore(snapshot, host(more))),
    /** The guid that the newest call bore. */
    guid,
    /** The body of a resume with the right values, for the round that stands open. */
    right: () => JSON.parse(bank.mx.rightValues(guid())),
    /** Each resume that went over the wire. */
    sent: () => wire.calls.filter((call) => purpose(call) === 'resume').map(({ json }) => json),
    purposes: () => wire.calls.map(purpose),
    credentials: (name, password) => credentials(bank, member(name), password),
    create: async (name, password) => ({
      userGuid: member(name).userGuid,
      institutionCode: member(name).institutionCode,
      credentials: await credentials(bank, member(name), password),
    }),
    update: async (name, password) => ({
      ...watching(name),
      credentials: await credentials(bank, member(name), password),
    }),
    approve: (url, decision) => decide(bank, url, decision),
    /** Lets the flow look from a window, once. */
    async look() {
      bank.clock.advance(3_000)
      for (let turns = 0; turns < 5; turns++) await settled()
    },
  }
}

/** A member's credentials, by the guids that the institution's own call tells. */
async function credentials(bank, { institutionCode, username, password }, other = password) {
  const url = `https://int-api.mx.com/institutions/${institutionCode}/credentials`
  const authorization = `Basic ${btoa(Object.values(bank.mx.key).join(':'))}`
  const headers = { authorization, accept: 'application/json', 'accept-version': 'v20250224' }
  const values = { LOGIN: username, PASSWORD: other }
  const reply = await (await bank.fetch(url, { headers })).json()
  return reply.credentials.map(({ guid, field_type }) => ({ guid, value: values[field_type] }))
}

/** What the person does in the bank's window; gives where it leads. */
async function decide(bank, url, decision = 'approve') {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const reply = await bank.fetch(url, { method: 'POST', headers, body: `decision=${decision}` })
  assert.equal(reply.status, 302)
  return new URL(reply.headers.get('location'), 'https://int-api.mx.com').href
}

/** The widget's page at an address, as its browser calls it; an address opens once. */
export async function openWidget(bank, url) {
  const page = await bank.fetch(url)
  assert.equal(page.status, 200)
  const call = async (name, body) => {
    const headers = { 'content-type': 'application/json' }
    return (await bank.fetch(`${url}/${name}`, { method: 'POST', headers, body: body ?? '{}' })).json()
  }
  return { look: () => call('look'), answer: (answers) => call('answer', answers) }
}

/** Fills a form as a person would, who types a text or chooses a label. */
export function fill({ challenges }, texts) {
  const is = (text) => (option) => option.label.toLowerCase() === text.toLowerCase()
  const answer = ({ fields: [{ name, options }] }, index) => {
    const text = texts[index]
    return [name, options.length === 0 ? text : options.find(is(text)).id]
  }
  return Object.fromEntries(challenges.map(answer))
}

/** Walks to the end with the right answers and through the window, and gives the rounds and the ending. */
export async function walk(flow, stage, { responses, isRaw = false }) {
  const [rounds, windows] = [[], []]
  for await (const step of flow) {
    if (step.kind === 'redirect' && step.url.includes('/md/connect/')) {
      windows.push(step.url)
      const widget = await openWidget(stage.bank, step.url)
      await widget.answer(JSON.stringify(stage.right()))
      while (flow.current === step) await stage.look()
    } else if (step.kind === 'redirect') {
      windows.push(step.url)
      const landing = await stage.approve(step.url)
      stage.bank.clock.advance(3_000)
      step.returned(landing)
    }
    if (step.kind !== 'challenge') continue
    const right = stage.right()
    rounds.push({ ...step.round, right })
    if (isRaw) await step.answerRaw(raw(right))
    else await step.answer(fill(step.round, responses[rounds.length - 1] ?? responses.at(-1)))
  }
  return { rounds, windows, end: flow.current, code: await ending(flow) }
}

/** The body of a resume as raw answers: guids and values. */
export const raw = ({ member }) => Object.fromEntries(member.challenges.map(({ guid, value }) => [guid, [value]]))

/** What a call is for, by its address. */
export function purpose({ method, url }) {
  const last = new URL(url).pathname.split('/').at(-1)
  if (JOBS.includes(last)) return 'job'
  if (method === 'POST') return last === 'members' ? 'create' : last
  return last.startsWith('MBR-') ? 'update' : last
}
