/** The events of an edge: each once, with the flow's id, and nothing personal in them or in the trace of a page. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { resolve, simulator } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { assertNothingPersonal, secretsOf } from '../lib/trace-secrets.mjs'
import { until } from '../lib/until.mjs'
import { fill } from '../lib/fill.mjs'
import { ORIGIN, edge, flinksConnection, mxConnection, page as pageOf, rightAnswers, setup, walk } from './setup.mjs'

const { remote } = await import(pathToFileURL(resolve('bank-mfa/remote')))

/** An edge that collects its events, with one connection of ann. */
function traced(t, connection, more = {}) {
  const events = []
  const onEvent = (event) => void events.push(event)
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }), onEvent, ...more })
  return { env, events, page: env.page() }
}

/** An event in one word: what it is about. */
function brief({ name, attributes }) {
  const of = (key) => attributes[`bank_mfa.${key}`]
  if (name === 'bank_mfa.call')
    return `${of('call.name')} ${attributes['http.response.status_code'] ?? attributes['error.type']}`
  return [name.replace('bank_mfa.', ''), of('step.kind') ?? of('action.name') ?? of('outcome'), of('stage')]
    .filter(Boolean)
    .join(' ')
}

const ANSWERED = [
  'flow.started',
  'GenerateAuthorizeToken 200',
  'step working start',
  'Authorize 203',
  'step challenge',
  'action answer',
  'step working answer',
  'Authorize 200',
  'flow.ended done',
]

test('a flow at an edge reports each event once, with its id and vendor, over all its turns', async (t) => {
  const { env, events, page } = traced(t, (bank) => flinksConnection(bank, 'Greatday'))
  const end = await walk(page, await page.start('c_1'), rightAnswers(env))
  assert.equal(end.step.kind, 'done')
  assert.deepEqual(events.map(brief).toSorted(), ANSWERED.toSorted())
  assert.deepEqual([...new Set(events.map(({ flow }) => flow))], [env.reported.ended[0].flow])
  const started = events.find(({ name }) => name === 'bank_mfa.flow.started')
  assert.deepEqual(
    [started.attributes['bank_mfa.vendor'], started.attributes['bank_mfa.flow.restored']],
    ['flinks', false],
  )
  assert.equal(brief(events.at(-1)), 'flow.ended done')
  assert.ok(
    events.every(({ time }, at) => time >= (events[at - 1]?.time ?? 0)),
    'the times are those of the edge',
  )
})

test('a poll by any server is a call, and its step is reported only when it changes', async (t) => {
  const { env, events, page } = traced(t, (bank) => flinksConnection(bank, 'slow_dispatched'))
  const state = await page.start('c_1')
  const other = edge(env.config)
  await until(async () => {
    env.bank.clock.advance(11_000)
    await other.sweep()
    return (await pageOf(other).getState(state)).step.kind === 'challenge'
  }, 'the bank asks')
  const polls = events.map(brief).filter((what) => what.startsWith('Authorize'))
  // How many polls fit into the bank's time depends on how long each record takes to be stored.
  assert.ok(polls.length > 2, polls.join())
  assert.deepEqual([...new Set(polls)], ['Authorize 202', 'Authorize 203'])
  assert.equal(polls.indexOf('Authorize 203'), polls.length - 1)
  const steps = events.map(brief).filter((what) => what.startsWith('step'))
  assert.deepEqual(steps, ['step working start', 'step working poll', 'step challenge'])
})

test('fifty starts at three servers report one start', async (t) => {
  const { env, events } = traced(t, (bank) => flinksConnection(bank, 'Greatday'), { limits: { startsPerHour: 100 } })
  const servers = [env.handle, edge(env.config), edge(env.config)]
  await Promise.all(Array.from({ length: 50 }, (_, at) => pageOf(servers[at % 3]).start('c_1')))
  await until(() => events.some((event) => brief(event) === 'step challenge'), 'the bank asks')
  const count = (what) => events.filter((event) => brief(event) === what).length
  assert.deepEqual([count('flow.started'), count('step challenge')], [1, 1])
})

test('a flow whose first server stops during the request for its token is reported as started once', async (t) => {
  let tokens = 0
  const fetch = (send) => (url, init) =>
    url.endsWith('Token') && ++tokens === 1 ? new Promise(() => {}) : send(url, init)
  const { env, events, page } = traced(t, (bank) => flinksConnection(bank, 'Greatday'), { fetch })
  await page.start('c_1')
  await until(() => tokens === 1, 'the token is requested')
  env.bank.clock.advance(10 * 60_000)
  await edge(env.config).sweep()
  await until(() => events.some((event) => brief(event) === 'step challenge'), 'the bank asks')
  assert.equal(events.filter((event) => brief(event) === 'flow.started').length, 1)
})

test('a cancelled flow ends with its code, also if its connection is gone', async (t) => {
  for (const isGone of [false, true]) {
    const { env, events, page } = traced(t, (bank) => flinksConnection(bank, 'Greatday'))
    const state = await page.settled(await page.start('c_1'))
    const handle = isGone ? edge({ ...env.config, resolve: () => null }) : env.handle
    await pageOf(handle).cancel(state)
    const [ended, ...others] = events.filter(({ name }) => name === 'bank_mfa.flow.ended')
    assert.deepEqual(
      [ended.attributes['error.type'], ended.attributes['bank_mfa.next'], others],
      ['cancelled', 'start-over', []],
    )
  }
})

test('onError gets what onEvent throws, and the flow goes on', async (t) => {
  const onEvent = async () => {
    throw new Error('hunter2')
  }
  const { env, page } = traced(t, (bank) => flinksConnection(bank, 'Greatday'), { onEvent })
  const end = await walk(page, await page.start('c_1'), rightAnswers(env))
  assert.equal(end.step.kind, 'done')
  const messages = new Set(env.reported.errors.map(({ message }) => message))
  assert.deepEqual([env.reported.errors.length, ...messages], [ANSWERED.length, 'hunter2'])
})

test('onEvent gets the bindings of the worker, and must be a function', async (t) => {
  const seen = []
  const { env } = traced(t, (bank) => flinksConnection(bank, 'Greatday'), { onEvent: (_, env) => void seen.push(env) })
  const { headers, url } = new Request('https://edge.example/mfa/flows', {
    headers: { authorization: 'Bearer ann', origin: ORIGIN, 'content-type': 'application/json' },
  })
  await env.handle(new Request(url, { method: 'POST', headers, body: '{"connection":"c_1"}' }), { NAME: 'binding' })
  await until(() => seen.length > 0, 'an event')
  assert.deepEqual(seen[0], { NAME: 'binding' })
  assert.throws(() => edge({ ...env.config, onEvent: 'x' }), { code: 'INVALID_INPUT', path: '/onEvent' })
})

test('a refused secretKey is a call with its status, and its error shows no key', async (t) => {
  const wrong = (bank) => ({ ...flinksConnection(bank, 'Greatday'), secretKey: 'hunter2' })
  const { events, page } = traced(t, wrong)
  await page.settled(await page.start('c_1'))
  const [token] = events.filter((event) => brief(event).startsWith('Generate'))
  assert.deepEqual([brief(token), token.attributes['error.type']], ['GenerateAuthorizeToken 401', '401'])
  assertNothingPersonal(events, ['hunter2', 'ann', 'c_1'])
})

test('a request for a token that gets no reply is a call with its method, its duration and why', async (t) => {
  const timesOut = async () => {
    env.bank.clock.advance(7)
    throw new DOMException('hunter2', 'TimeoutError')
  }
  const fetch = (fetch) => (url, init) => (url.endsWith('Token') ? timesOut() : fetch(url, init))
  const { env, events, page } = traced(t, (bank) => flinksConnection(bank, 'Greatday'), { fetch })
  await page.settled(await page.start('c_1'))
  const { attributes, duration } = events.find((event) => brief(event) === 'GenerateAuthorizeToken timeout')
  assert.deepEqual([attributes['http.request.method'], duration], ['POST', 7])
})

// Nothing personal --------------------------------------------------------------------------------

/** Follows a flow from a page by `remote`, and answers. Returns the page's trace and its events. */
async function followed({ env }, answersOf) {
  const seen = []
  const fetch = (url, init) => {
    const headers = { ...init.headers, authorization: 'Bearer ann', origin: ORIGIN }
    return env.handle(new Request(url, { ...init, headers, keepalive: false }))
  }
  const mfa = remote('https://edge.example/mfa', { fetch, onEvent: (event) => void seen.push(event) })
  const flow = mfa.start({ connection: 'c_1' })
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    const answers = answersOf(step.round)
    await (answers ? step.answer(answers) : flow.cancel())
  }
  return { flow, seen }
}

/** The right answers of a bank whose keys may have any casing. */
const answersAtFlinks =
  ({ bank, wire }) =>
  (round) => {
    const idOf = (json) => Object.entries(json ?? {}).find(([key]) => key.toLowerCase() === 'requestid')?.[1]
    return fill(
      round,
      JSON.parse(bank.rightAnswers(wire.calls.map(({ reply }) => idOf(reply?.json)).findLast(Boolean))),
    )
  }

const { people, mx } = simulator()
/** People whose flows take hours of virtual time. */
const SLOW = ['slow_for_ever']

for (const { username, responses } of people.filter(({ username }) => !SLOW.includes(username))) {
  test(`no event of ${username} at an edge and no trace of the page shows anything personal`, async (t) => {
    const connection = (bank) =>
      flinksConnection(bank, username, 'authorize', { signIn: 'never', tag: 'tag-of-hunter2' })
    const { env, events } = traced(t, connection)
    const { flow, seen } = await followed({ env }, (round) => responses.length > 0 && answersAtFlinks(env)(round))
    const { secretKey, keys } = env.bank
    const secrets = [...secretsOf(env.wire.calls), secretKey, keys.apiKey, 'hunter2', 'c_1']
    assertNothingPersonal([events.map(({ flow: _, ...event }) => event)], [...secrets, 'ann'])
    assertNothingPersonal([flow.trace(), seen], [...secrets, ...flow.id.split('.')])
    assert.ok(events.length > 2 && seen.length > 2)
  })
}

for (const { name, group } of mx.members) {
  if (group === 'oauth' || ['endless', 'slow', 'huge_image'].includes(name)) continue
  test(`no event of the member ${name} at an edge and no trace of the page shows anything personal`, async (t) => {
    const { env, events } = traced(t, (bank) => mxConnection(bank, name, { job: 'aggregate', signIn: 'never' }))
    const memberGuid = env.bank.mx.member(name).memberGuid
    const answers = (round) => {
      const { member } = JSON.parse(env.bank.mx.rightValues(memberGuid))
      const labels = round.challenges.map(({ fields: [field] }, at) => {
        const { value } = member.challenges[at]
        const option = field.options.find(({ label, id }) => [label, id].includes(value))
        return [field.name, option?.id ?? (field.options[0]?.id || value)]
      })
      return Object.fromEntries(labels)
    }
    const { flow, seen } = await followed({ env }, answers)
    const { clientId, apiKey } = env.bank.mx.key
    const secrets = [...secretsOf(env.wire.calls), clientId, apiKey, memberGuid]
    assertNothingPersonal([events.map(({ flow: _, ...event }) => event)], [...secrets, 'ann'])
    assertNothingPersonal([flow.trace(), seen], [...secrets, ...flow.id.split('.')])
  })
}
