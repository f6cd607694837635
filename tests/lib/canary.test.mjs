/** Each place is really watched: a secret that is planted there is found. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { launch } from './browser.mjs'
import { MAY_HOLD, assertNoLeaks, findLeaks, forget, kindsOf, mark } from './canary.mjs'
import { app, flinks, simulator } from './package.mjs'
import { customerId, NOON } from './bank.mjs'
import test from './test.mjs'

const browser = launch()
const dist = join(app, 'node_modules/bank-mfa/dist')
const load = (file) => import(pathToFileURL(join(dist, file)))

/** The leaks so far, as `kind in place`. Forgets them. */
async function leaks() {
  const found = [...(await findLeaks()).keys()].map((leak) => leak.replace(/:.*/s, ''))
  forget()
  return [...new Set(found)].sort()
}

/** Walks a live flow of Greatday through an edge, which stores it, and returns the page's last reply. */
async function walkAtEdge() {
  const { edge, memoryStore } = await load('entries/edge.js')
  const bank = simulator({ seed: 1, now: NOON })
  const flow = { kind: 'authorize', params: { loginId: bank.loginId('Greatday'), mostRecentCached: false } }
  const handle = edge({
    authenticate: () => 'ann',
    resolve: () => ({ vendor: 'flinks', host: { instance: 'toolbox', customerId }, secretKey: bank.secretKey, flow }),
    origins: ['https://app.example'],
    seal: { current: 'k1', keys: { k1: Buffer.alloc(32, 1).toString('base64') } },
    store: memoryStore(),
    onFlowEnded: () => {},
    fetch: bank.fetch,
    clock: bank.clock,
  })
  const ask = async (method, path, body) => {
    const headers = { 'content-type': 'application/json', origin: 'https://app.example' }
    const reply = await handle(new Request(`https://edge.example/mfa${path}`, { method, headers, body }))
    return reply.json()
  }
  let state = await ask('POST', '/flows', JSON.stringify({ connection: 'c_1' }))
  while (state.step.kind === 'working') state = await ask('GET', `/flows/${state.flow}?after=${state.version}`)
  bank.clock.advance(3 * 3_600_000)
  return state
}

async function untilChallenge(flow) {
  for await (const step of flow) if (step.kind === 'challenge') return step
  assert.fail('no challenge')
}

test('the table of SECURITY.md is the one that the tests hold', () => {
  const security = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8')
  const [, rows] = security.match(/\| place \| may hold \|\n\|-.*\n((?:\|.*\n)+)/)
  const table = rows
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, 3),
    )
  assert.deepEqual(
    table,
    Object.entries(MAY_HOLD).map(([place, kinds]) => [place, kinds.join(', ') || 'nothing']),
  )
})

test('a secret in a prompt is found in the step, the snapshot and the memory, which is wiped when the flow ends', async () => {
  const bank = simulator({ seed: 1, now: NOON })
  const host = { instance: 'toolbox', customerId, fetch: bank.fetch, clock: bank.clock, authorizeToken: bank.token }
  const flow = flinks.authorize({ loginId: bank.loginId('Greatday'), mostRecentCached: false }, host)
  const step = await untilChallenge(flow)
  flow.snapshot()
  const [{ prompt }] = step.round.challenges
  mark('key', prompt)
  assert.deepEqual(await leaks(), ['key in snapshot', 'key in step of the core', 'key in wasm memory'])
  flow.cancel()
  forget()
  mark('key', prompt)
  assert.deepEqual(await leaks(), [])
})

test('a secret in a prompt is found in the records and the replies of an edge', async () => {
  const { step } = await walkAtEdge()
  mark('key', step.round.challenges[0].prompt)
  assert.deepEqual(await leaks(), [
    'key in record',
    'key in reply of the edge',
    'key in snapshot',
    'key in step of the core',
  ])
})

test('a secret in an event stream of an edge is found', async () => {
  const { eventStream } = await load('edge/http/event-stream.js')
  const request = new Request('https://edge.example/')
  const service = { getState: async () => ({ version: 1, step: { kind: 'done', result: 'in a stream' } }) }
  const options = { after: 0, now: () => NOON, background: () => {}, request }
  await new Response(eventStream(service, {}, options)).text()
  mark('answer', 'in a stream')
  assert.deepEqual(await leaks(), ['answer in reply of the edge'])
})

test('a secret in an error of the package is found, in its message and in its cause', async () => {
  const { invalidInput } = await load('flow/errors.js')
  const error = invalidInput('/params', 'must not be hunter2')
  error.cause = new Error('a cause with hunter3')
  mark('token', 'hunter2')
  mark('answer', 'hunter3')
  assert.deepEqual(await leaks(), ['answer in error', 'token in error'])
  mark('token', 'hunter2')
  assert.equal(new Error('an error of a host with hunter2').message.length, 31)
  assert.deepEqual(await leaks(), [])
})

test('a secret in a trace is found', async () => {
  const { Recorder } = await load('flow/recorder.js')
  const clock = { now: () => NOON }
  new Recorder({ clock, onEvent: undefined, vendor: 'flinks' }, false).step({ kind: 'hunter2' })
  mark('LoginId', 'hunter2')
  assert.deepEqual(await leaks(), ['LoginId in trace'])
})

test('a secret on the console is found', async (t) => {
  t.mock.method(process.stdout, 'write', () => true)
  console.log('%s is there', 'hunter2')
  mark('LoginId', 'hunter2')
  assert.deepEqual(await leaks(), ['LoginId in console'])
})

test('a secret in a sealed record is found', async () => {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-CTR', false, ['encrypt'])
  const algorithm = { name: 'AES-CTR', counter: new Uint8Array(16), length: 64 }
  const encrypt = async (text) => new Uint8Array(await crypto.subtle.encrypt(algorithm, key, text))
  const scrambled = await encrypt(Buffer.from('hunter2'))
  forget()
  // The cipher is its own inverse.
  assert.equal(Buffer.from(await encrypt(scrambled)).toString(), 'hunter2')
  mark('token', 'hunter2')
  assert.deepEqual(await leaks(), ['token in sealed record'])
})

test('the secrets of a request are marked by their kinds', async () => {
  const bank = simulator({ seed: 1, now: NOON })
  const see = async (path, headers, body) => {
    await bank.fetch(`https://bank.example${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const [kind] = kindsOf('the secret')
    forget()
    return kind
  }
  const authorize = `/v3/${customerId}/BankingServices/Authorize`
  assert.deepEqual(
    [
      await see(authorize, { 'flinks-auth-key': 'the secret' }, {}),
      await see(`/v3/${customerId}/BankingServices/GenerateAuthorizeToken`, { 'flinks-auth-key': 'the secret' }, {}),
      await see(authorize, { authorization: 'Bearer the secret' }, {}),
      await see(authorize, { authorization: `Basic ${btoa('client:the secret')}` }, {}),
      await see(authorize, {}, { SecurityResponses: { 'City?': ['the secret'] } }),
      await see(authorize, {}, { Username: 'someone', Password: 'the secret' }),
      await see(authorize, {}, { LoginId: 'the secret' }),
      await see(
        '/users/USR-1/members/MBR-1/resume',
        {},
        { member: { challenges: [{ guid: 'CRD-1', value: 'the secret' }] } },
      ),
      await see('/users/USR-1/members', {}, { member: { credentials: [{ guid: 'CRD-1', value: 'the secret' }] } }),
    ],
    ['token', 'key', 'key', 'key', 'answer', 'credential', 'LoginId', 'answer', 'credential'],
  )
})

test('what is typed into the element is a secret, and is found in the page, its storage, its console and its errors', async (t) => {
  const page = await (await browser).newPage()
  t.after(() => page.close())
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<bank-mfa></bank-mfa>' }))
  await page.goto('http://app.example/')
  await page.evaluate(() => {
    const root = document.querySelector('bank-mfa').attachShadow({ mode: 'open' })
    root.innerHTML = '<input type="text"><input type="password" autocomplete="current-password"><p></p>'
  })
  const type = async () => {
    await page.locator('input[type=text]').pressSequentially('montreal-7')
    await page.locator('input[type=password]').fill('hunter2-7')
  }
  await type()
  assert.deepEqual(await leaks(), [])

  const plants = {
    'answer in page outside inputs': () =>
      (document.querySelector('bank-mfa').shadowRoot.querySelector('p').textContent = 'montreal-7'),
    'answer in storage of the page': () => sessionStorage.setItem('flow', 'montreal-7'),
    'credential in console': () => console.info('hunter2-7'),
    'credential in error': () =>
      void setTimeout(() => {
        throw new Error('hunter2-7')
      }),
    'credential in storage of the page': () => localStorage.setItem('hunter2-7', ''),
  }
  await page.locator('input[type=text]').clear()
  await type()
  const thrown = page.waitForEvent('pageerror')
  for (const plant of Object.values(plants)) await page.evaluate(plant)
  await thrown
  assert.deepEqual(await leaks(), Object.keys(plants))
  await page.locator('input[type=text]').fill('another-7')
  await page.evaluate(() => history.replaceState(null, '', '#another-7'))
  assert.deepEqual(await leaks(), ['answer in page outside inputs'])
})

test('a leak fails the test, with its place', async () => {
  const { invalidInput } = await load('flow/errors.js')
  invalidInput('/params', 'must not be hunter2')
  mark('token', 'hunter2')
  await assert.rejects(assertNoLeaks(), /token in error: hunter2/)
  forget()
  await assertNoLeaks()
})
