/** Runs in workerd, with the package's export condition `workerd`. Each export is a test. */
import { FlowError, flinks, restore } from 'bank-mfa'
import { FlowError as CallError, flinks as calls } from 'bank-mfa/calls'
import { connectWebView, vendorEvents } from 'bank-mfa/connect'
import { simulator } from 'bank-mfa/simulator'
import { fill } from '../lib/fill.mjs'

const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'

function equal(actual, expected) {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(value))
  if (one !== other) throw new Error(`${one} is not ${other}`)
}

function setup() {
  const bank = simulator({ seed: 1 })
  const host = {
    instance: 'toolbox',
    customerId,
    fetch: bank.fetch,
    clock: bank.clock,
    authorizeToken: () => bank.token(),
  }
  return { bank, host }
}

/** Runs a flow to its end with the right answers; returns `done` or the code of the failure. */
async function runToEnd(flow, { responses }) {
  for await (const step of flow) {
    if (step.kind === 'challenge') await step.answer(fill(step.round, responses[step.round.number - 1]))
  }
  return flow.current.kind === 'done' ? 'done' : flow.current.failure.code
}

const test = (run) => ({ test: (_, env) => run(env) })

export const peopleWithChallenges = test(async () => {
  for (const { group, username } of simulator().people) {
    if (group !== 'challenges' && group !== 'quirks') continue
    // Gets a code in a second session only.
    if (username === 'code_never_comes') continue
    const { bank, host } = setup()
    const person = bank.people.find((person) => person.username === username)
    equal(await runToEnd(flinks.authorize({ loginId: person.loginId, mostRecentCached: false }, host), person), 'done')
    equal([bank.counts().answersRepeated, bank.counts().broken], [0, {}])
  }
})

export const redirects = test(async () => {
  for (const on of ['start', 'answer']) {
    const { bank, host } = setup()
    const [person] = bank.people
    bank.fault({ on, kind: 'redirect' })
    equal(
      await runToEnd(flinks.authorize({ loginId: person.loginId, mostRecentCached: false }, host), person),
      'redirected',
    )
  }
})

export const snapshots = test(async () => {
  const { bank, host } = setup()
  const [person] = bank.people
  const authorizeToken = await bank.token()
  const flow = flinks.authorize({ loginId: person.loginId, mostRecentCached: false }, { ...host, authorizeToken })
  for await (const { kind } of flow) if (kind === 'challenge') break
  equal(await runToEnd(restore(flow.snapshot(), { ...host, authorizeToken }), person), 'done')
})

export const reconnects = test(async () => {
  const { bank, host } = setup()
  const { loginId, responses } = bank.people.find(({ username }) => username === 'Greatday')
  let flow = flinks.reconnect({ loginId }, host)
  for await (const { kind } of flow) if (kind === 'connect') break
  flow = restore(flow.snapshot(), host)
  bank.clock.advance(60_000)
  const address = new URL(await flow.current.pageUrl())
  const call = async (name, body) => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    return (await bank.fetch(new URL(`/connect/${name}`, address), init)).json()
  }
  const { visit } = await call('open', Object.fromEntries(address.searchParams))
  const done = await call('answer', { visit, responses: Object.entries(responses[0]) })
  flow.current.returned({ loginId: done.loginId })
  const { method, health } = await flow.result()
  equal([method, health, bank.counts().broken], ['mid-session', 'live', {}])
})

export const webViews = test(async () => {
  const { bank, host } = setup()
  const { loginId, responses } = bank.people.find(({ username }) => username === 'Greatday')
  const flow = flinks.reconnect({ loginId, webview: true }, host)
  for await (const { kind } of flow) if (kind === 'connect') break
  const events = []
  const bridge = connectWebView(flow.current, {
    onEvent: vendorEvents(({ kind, step }) => events.push(step ?? kind)),
  })
  const address = new URL(await bridge.url())
  const call = async (name, body) => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    return (await bank.fetch(new URL(`/connect/${name}`, address), init)).json()
  }
  const { visit } = await call('open', Object.fromEntries(address.searchParams))
  const done = await call('answer', { visit, responses: Object.entries(responses[0]) })
  const accepted = [{ step: 'APP_MOUNTED' }, 'two words', { step: 'REDIRECT', loginId: done.loginId }].map((message) =>
    bridge.message(JSON.stringify(message), address.href),
  )
  equal(
    [accepted, events],
    [
      [true, false, true],
      ['APP_MOUNTED', 'redirect'],
    ],
  )
  equal((await flow.result()).method, 'mid-session')
})

export const refusals = test(async () => {
  const { host } = setup()
  try {
    flinks.authorize({ loginId: 'nobody' }, host)
  } catch (error) {
    equal([error instanceof FlowError, error.code, error.path], [true, 'INVALID_INPUT', '/params/loginId'])
    return
  }
  throw new Error('no error was thrown')
})

export const lostReplies = test(async () => {
  for (const kind of ['lost-reply', 'html', 'huge-body', 'deep-json', 'not-utf8']) {
    const { bank, host } = setup()
    const [person] = bank.people
    bank.fault({ on: 'answer', kind })
    equal(await runToEnd(flinks.authorize({ loginId: person.loginId, mostRecentCached: false }, host), person), 'done')
    equal(bank.counts().answers, 1)
  }
})

export const singleCalls = test(async () => {
  const { bank } = setup()
  const config = { instance: 'toolbox', customerId }
  const { url, method, headers, body } = calls.authorizeRequest({ loginId: bank.loginId('Greatday') }, config)
  const token = await bank.token()
  const filled = headers.map(({ name, value, slot }) => [name, slot ? token : value])
  const response = await bank.fetch(url, { method, headers: Object.fromEntries(filled), body })
  const reply = calls.authorizeResponse({ status: response.status, body: await response.text() })
  equal([reply.kind, reply.result.institution], ['authorized', 'FlinksCapital'])
  equal(CallError === FlowError, true)
})

export const data = test(async () => {
  const { bank, host } = setup()
  const { instance, fetch, clock } = host
  const backEnd = { instance, customerId, fetch, clock, secretKey: bank.secretKey, ...bank.keys }
  const authorizeToken = await calls.token(backEnd)
  const { requestId } = await flinks
    .authorize({ loginId: bank.loginId('slow_data') }, { ...host, authorizeToken })
    .result()
  const response = await calls.accountsDetail({ requestId }, backEnd).result()
  equal([response.bodyUsed, (await response.json()).HttpStatusCode], [false, 200])
  equal([bank.counts().dataCalls, bank.counts().broken], [1, {}])
})

/** With workerd's own fetch, to the server at `address`. */
export const socket = test(async ({ address, authorizeToken, username, code }) => {
  const person = simulator().people.find((person) => person.username === username)
  const host = { instance: 'toolbox', customerId, baseUrl: address, authorizeToken }
  equal(await runToEnd(flinks.authorize({ loginId: person.loginId, mostRecentCached: false }, host), person), code)
})
