/** Fuzz targets of the TypeScript: what a page, a browser or a store can send. An input is text, in lines. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { NOON, customerId } from '../../lib/bank.mjs'
import { resolve, simulator } from '../../lib/package.mjs'

const load = (entry) => import(pathToFileURL(resolve(entry)))
const { connectWebView, readLanding, readLandingUrl, vendorEvents } = await load('bank-mfa/connect')
const { edge, memoryStore } = await load('bank-mfa/edge')

/** A value in an input that no error may repeat. */
const CANARY = 'c4nary'
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const OUR_ENTRIES = /^(loginid|accountid|institution|state|error(_description|_uri)?)$/i

/** A refusal is a FlowError that names a path and repeats no value. Anything else fails. */
function refusable(call) {
  try {
    return call()
  } catch (error) {
    if (error?.name !== 'FlowError' || error.code !== 'INVALID_INPUT') throw error
    assert.ok(!`${error.message} ${error.stack} ${JSON.stringify(error)}`.includes(CANARY), 'an error repeats a value')
    return undefined
  }
}

/** Two lines: the redirect URL, and the address that the person came back to. */
function landing(input) {
  const [redirectUrl = '', href = ''] = input.split('\n')
  const found = refusable(() => readLandingUrl(href, redirectUrl))
  if (found?.loginId) assert.match(found.loginId, GUID)
  if (found?.error) assert.match(found.error.vendorReason ?? 'none', /^[a-z_]{1,40}$/i)
  // A page always has a valid URL.
  if (!URL.canParse(href)) return
  let shown
  const history = { state: null, replaceState: (state, title, url) => (shown = url) }
  refusable(() => readLanding({ location: { href }, history }, redirectUrl))
  if (shown === undefined) return
  for (const name of new URL(shown).searchParams.keys()) {
    assert.ok(!OUR_ENTRIES.test(name), `the address bar keeps ${shown}`)
  }
}

/** The vendor, and the messages of its page, one a line: as text, and as the value of that text. */
async function messages(input) {
  const [vendor, ...lines] = input.split('\n')
  const reports = []
  const report = (...args) => void reports.push(args)
  const isMx = vendor === 'mx'
  const step = {
    kind: isMx ? 'redirect' : 'connect',
    purpose: isMx ? 'widget' : 'credentials',
    pageUrl: async () => 'https://vendor.example/v2/?webview=true',
    returned: report,
    tokenRefused: report,
    sessionExpired: report,
  }
  const bridge = connectWebView(step, { onEvent: vendorEvents(() => {}), onRefused: () => {} })
  await bridge.url()
  for (const line of lines.slice(0, 16)) {
    for (const data of [line, valueOf(line)]) bridge.message(data, 'https://vendor.example/v2/?webview=true')
  }
  assert.ok(reports.length <= 1, 'a page reports twice')
  for (const [claim] of reports) {
    const names = Object.keys(claim ?? {})
    assert.ok(
      names.every((name) => ['loginId', 'state', 'accountIds'].includes(name)),
      names.join(),
    )
  }
}

function valueOf(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const ORIGIN = 'https://app.example'
const SEAL = { current: 'k1', keys: { k1: Buffer.alloc(32, 1).toString('base64') } }

/** An edge with a flow that waits for an answer. */
async function edgeAtChallenge() {
  const bank = simulator({ seed: 1, now: NOON })
  const store = memoryStore()
  const loginId = bank.loginId('Greatday')
  const host = { instance: 'toolbox', customerId }
  const flow = { kind: 'authorize', params: { loginId, mostRecentCached: false } }
  /** What the edge reports besides refusals. */
  const faults = []
  const handle = edge({
    authenticate: (request) => request.headers.get('authorization')?.replace('Bearer ', '') ?? null,
    resolve: (user, id) => (id === 'c_1' ? { vendor: 'flinks', host, secretKey: bank.secretKey, flow } : null),
    origins: [ORIGIN],
    seal: SEAL,
    store,
    onPersonNeeded: () => {},
    onFlowEnded: () => {},
    onError: (error) => void (/^(Problem|FlowError)$/.test(error?.name) || faults.push(error)),
    fetch: bank.fetch,
    clock: bank.clock,
  })
  const started = await handle(toRequest('POST /flows', '{"connection":"c_1"}'))
  return { bank, store, handle, faults, flow: (await started.json()).flow }
}

function toRequest(head, body) {
  const [first, ...lines] = head.split('\n')
  const [method, path] = first.split(' ')
  const headers = new Headers({ authorization: 'Bearer ann', origin: ORIGIN, 'content-type': 'application/json' })
  for (const line of lines) {
    const [name, ...value] = line.split(': ')
    headers.set(name, value.join(': '))
  }
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(`https://edge.example/mfa${path ?? '/'}`, { method, headers, ...(hasBody && { body }) })
}

/** Calls the edge. While it waits, its clock goes on. */
async function call(env, request) {
  let reply
  const pending = env.handle(request).then((found) => (reply = found))
  for (let waits = 0; reply === undefined && waits < 50; waits++) {
    await new Promise(setImmediate)
    if (reply === undefined && waits > 3) env.bank.clock.advance(30_000)
  }
  if (reply === undefined) await Promise.race([pending, timeout()])
  return reply
}

const timeout = () =>
  new Promise((_, reject) => setTimeout(() => reject(new Error('the edge does not reply')), 5_000).unref())

/** A reply is a success, or a problem that repeats no value. */
async function checkReply(reply, statuses) {
  assert.ok(statuses(reply.status), `status ${reply.status}`)
  if (reply.headers.get('content-type') === 'text/event-stream') return reply.body.cancel()
  const body = await reply.text()
  if (reply.ok) return undefined
  assert.ok(!body.includes(CANARY), 'a problem repeats a value')
  return body === '' || JSON.parse(body)
}

/** Requests, separated by `---`: `POST /flows`, headers, an empty line, a body. `$FLOW` is the flow's id. */
async function requests(input) {
  const env = await edgeAtChallenge()
  for (const text of input.split('\n---\n').slice(0, 6)) {
    const [head, ...body] = text.replaceAll('$FLOW', env.flow).split('\n\n')
    let request
    try {
      request = toRequest(head, body.join('\n\n'))
    } catch {
      // The platform refuses it before the edge does.
      continue
    }
    // 503: another turn of the flow is under way.
    await checkReply(await call(env, request), (status) => (status >= 200 && status < 500) || status === 503)
    assert.deepEqual(env.faults, [])
  }
}

/** Two lines: where to cut the stored text of a flow, and what to put there. */
async function records(input) {
  const env = await edgeAtChallenge()
  const [at = '0', ...rest] = input.split('\n')
  const [id] = env.flow.split('.')
  const { sealed, version } = await env.store.read(id)
  const index = Number.parseInt(at) % sealed.length || 0
  const edited = sealed.slice(0, index) + rest.join('\n')
  await env.store.write(id, edited, version, { expires: NOON + 86_400_000 })
  for (const head of ['GET /flows/$FLOW', 'POST /flows/$FLOW/cancel']) {
    const reply = await call(env, toRequest(head.replace('$FLOW', env.flow), '{}'))
    await checkReply(reply, (status) => (edited === sealed ? status < 300 : status >= 400))
    assert.deepEqual(env.faults, [])
  }
}

export const targets = { landing, messages, requests, records }
