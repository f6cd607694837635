/** The vendor's page in a mobile WebView: which messages the bridge accepts, and what it passes on to the flow. */
import assert from 'node:assert/strict'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import test from '../lib/test.mjs'
import { pathToFileURL } from 'node:url'
import { launch } from '../lib/browser.mjs'
import { until } from '../lib/until.mjs'
import { MINUTE, assertNoSecrets, person, resolve, setup, untilStep } from './setup.mjs'

const browser = await launch()
const { FlowError, connectWebView, vendorEvents } = await import(pathToFileURL(resolve('bank-mfa/connect')))

const LOGIN = '8b35f6c8-e7b6-41d3-98f8-08d68b7f8d31'
const OTHER = '5f1b3d5c-2d1f-4f5e-9f11-6d9a3c3b7e52'
const ORIGIN = 'https://toolbox-iframe.private.fin.ag'
const URL_OF_CONNECT = `${ORIGIN}/v2/?requestId=${OTHER}&webview=true`
const WIDGET_URL = 'https://int-widgets.moneydesktop.com/md/connect/xyz'
/** The details that most events of MX's widget do not have. */
const ABSENT = {
  current: undefined,
  institutionCode: undefined,
  reason: undefined,
  code: undefined,
  url: undefined,
}
const MOUNTED = { step: 'APP_MOUNTED' }
const REDIRECT = { step: 'REDIRECT', url: `https://example.com/thank-you?loginId=${LOGIN}` }

/** A bridge with a step that records its calls, whose URL is open unless it is not to be. */
async function connect({ url = URL_OF_CONNECT, kind = 'connect', refusal, unopened, ...more } = {}) {
  const [calls, events, reasons] = [[], [], []]
  const controller = new AbortController()
  const called = (name) => (given) => {
    calls.push(given === undefined ? [name] : [name, given])
    if (refusal) throw new FlowError({ code: refusal, next: 'fix-integration', message: '' })
  }
  const step = {
    kind,
    url,
    signal: controller.signal,
    pageUrl: async () => {
      calls.push(['pageUrl'])
      return url
    },
    returned: called('returned'),
    tokenRefused: called('tokenRefused'),
    ...more,
  }
  const bridge = connectWebView(step, {
    onEvent: vendorEvents((event) => events.push(event)),
    onRefused: ({ reason }) => reasons.push(reason),
  })
  if (!unopened) await bridge.url()
  const send = (...messages) => messages.map((message) => bridge.message(message))
  const reports = () => calls.filter(([name]) => name !== 'pageUrl')
  return { bridge, calls, reports, events, reasons, send, leave: () => controller.abort() }
}

// The address -------------------------------------------------------------------------------------

test('url() asks the step once, and returns the address unchanged', async () => {
  const { bridge, calls } = await connect()
  assert.deepEqual([await bridge.url(), await bridge.url()], [URL_OF_CONNECT, URL_OF_CONNECT])
  assert.deepEqual(calls, [['pageUrl']])
  const widget = await connect({ kind: 'redirect', url: WIDGET_URL })
  assert.equal(await widget.bridge.url(), WIDGET_URL)
})

for (const [name, url] of [
  ['a javascript: URL', 'javascript:alert(1)?webview=true'],
  ['http beyond the loopback', 'http://toolbox-iframe.private.fin.ag/?webview=true'],
  ['the loopback as a user name', 'http://localhost:1@vendor.example/?webview=true'],
  ['a text that is not a URL', '?webview=true'],
  ['an address of Connect without webview', `${ORIGIN}/v2/?requestId=x`],
  ['an address of Connect with another webview', `${ORIGIN}/v2/?webview=false`],
]) {
  test(`url() rejects ${name}`, async () => {
    const { bridge } = await connect({ url, unopened: true })
    await assert.rejects(bridge.url(), { name: 'FlowError', code: 'INVALID_INPUT', path: '/url' })
    assert.equal(bridge.message(MOUNTED), false)
  })
}

test('url() asks again after an error', async () => {
  let fails = true
  const pageUrl = async () => {
    if (fails) throw new Error('offline')
    return URL_OF_CONNECT
  }
  const { bridge } = await connect({ pageUrl, unopened: true })
  await assert.rejects(bridge.url(), /offline/)
  fails = false
  assert.equal(await bridge.url(), URL_OF_CONNECT)
})

for (const [path, step, options] of [
  ['/step', { kind: 'challenge' }],
  ['/step', {}],
  ['/step', null],
  ['/step', undefined],
  ['/step', { kind: 'connect' }],
  ['/options', { kind: 'connect' }, null],
  ['/step/purpose', { kind: 'redirect', purpose: 'oauth' }],
  ['/options/onEvent', { kind: 'connect' }, { onEvent: 'log' }],
  ['/options/onEvent', { kind: 'redirect' }, { onEvent: () => {} }],
  ['/options/onRefused', { kind: 'redirect' }, { onRefused: null }],
]) {
  test(`connectWebView rejects ${JSON.stringify([step, options])} at ${path}`, () => {
    const complete = path === '/step' ? step : { pageUrl: () => assert.fail('asked for a URL'), ...step }
    assert.throws(() => connectWebView(complete, options), { name: 'FlowError', code: 'INVALID_INPUT', path })
  })
}

// Messages ----------------------------------------------------------------------------------------

test('without onEvent, the same messages are accepted, and the flow gets the same reports', async () => {
  const calls = []
  const returned = (claim) => calls.push(claim)
  const connect = connectWebView({ kind: 'connect', pageUrl: async () => URL_OF_CONNECT, returned })
  const widget = connectWebView({ kind: 'redirect', pageUrl: async () => 'https://widgets.moneydesktop.com/x' })
  await Promise.all([connect.url(), widget.url()])
  const accepted = [{ step: 'KEPT' }, { step: 'BANK MAINTENANCE_RETRY_LATER' }, { flinksCode: 'NEW_ACCOUNT' }, REDIRECT]
  for (const message of [MOUNTED, ...accepted]) assert.equal(connect.message(message), true, JSON.stringify(message))
  for (const message of [{ step: 'not a step' }, { step: ['SESSION_EXPIRED'] }, {}]) {
    assert.equal(connect.message(message), false, JSON.stringify(message))
  }
  assert.deepEqual(calls, [{ loginId: LOGIN }])
  assert.equal(widget.message({ mx: true, type: 'mx/connect/loaded' }), true)
  assert.equal(widget.message({ mx: 'true', type: 'mx/connect/loaded' }), false)
  assert.deepEqual([connect.refused, widget.refused], [3, 1])
})

for (const [form, encode] of [
  ['text', JSON.stringify],
  ['objects', (message) => message],
]) {
  test(`messages that are ${form} are accepted, and the flow gets the LoginId once`, async () => {
    const { send, reports, events, reasons, bridge } = await connect()
    const messages = [
      MOUNTED,
      { step: 'POPUP_BLOCKED' },
      { step: 'COMPONENT_LOAD_MFA', mfaTypes: ['TextOrCall'] },
      REDIRECT,
    ]
    assert.deepEqual(send(...[...messages, REDIRECT].map(encode)), [true, true, true, true, false])
    assert.deepEqual(reports(), [['returned', { loginId: LOGIN }]])
    assert.deepEqual(events, [
      { kind: 'step', step: 'APP_MOUNTED' },
      { kind: 'step', step: 'POPUP_BLOCKED' },
      { kind: 'step', step: 'COMPONENT_LOAD_MFA', mfaTypes: ['TextOrCall'] },
      { kind: 'redirect', institution: undefined, accountIds: [], requestId: undefined },
    ])
    assert.deepEqual([reasons, bridge.refused], [['phase'], 1])
    assert.ok(!JSON.stringify(events).includes(LOGIN))
  })
}

test('a refused token is reported once', async () => {
  const { send, reports, events } = await connect()
  assert.deepEqual(send({ step: 'TOKEN_INVALID' }, { step: 'TOKEN_INVALID' }, MOUNTED, REDIRECT), [
    true,
    false,
    true,
    false,
  ])
  assert.deepEqual([reports(), events[0]], [[['tokenRefused']], { kind: 'token-refused' }])
})

test('hostile messages are refused, and their content is not passed on', async () => {
  const hostile = [
    ...[undefined, null, 7, true, '', 'APP_MOUNTED', '[]', 'null', '{"step":', [], [MOUNTED], {}, () => {}],
    ...[
      { step: LOGIN },
      { step: 'two words' },
      new Map([['step', 'APP_MOUNTED']]),
      `{"step":"X","x":"${'x'.repeat(20_000)}"}`,
    ],
    ...[{ step: 'REDIRECT' }, { step: 'REDIRECT', loginId: { id: LOGIN } }, '{"__proto__":{"step":"APP_MOUNTED"}}'],
    `myapp://connect/memberConnected?metadata={"member_guid":"MBR-1"}`,
  ]
  const { send, reports, events, reasons } = await connect()
  assert.deepEqual(send(...hostile), Array(hostile.length).fill(false))
  assert.deepEqual([reports(), events, reasons], [[], [], Array(hostile.length).fill('shape')])
})

test('a message whose values have no text, or whose getters throw, is refused', async () => {
  const textless = { toString: 1, valueOf: 1 }
  const throws = () => {
    throw new Error('no value')
  }
  const { send, reports, events, reasons } = await connect()
  const hostile = [
    ...[
      { ...REDIRECT, url: textless },
      { ...REDIRECT, LOGINID: textless },
      JSON.stringify({ ...REDIRECT, url: textless }),
    ],
    ...[
      { step: 'APP_RESIZE', height: textless },
      { step: 'APP_RESIZE', height: Symbol('height') },
    ],
    ...[Object.defineProperty({}, 'step', { get: throws }), new Proxy({ ...REDIRECT }, { ownKeys: throws })],
  ]
  assert.deepEqual(send(...hostile), Array(hostile.length).fill(false))
  assert.deepEqual([reports(), events, reasons], [[], [], Array(hostile.length).fill('shape')])

  const widget = await connect({ kind: 'redirect', url: WIDGET_URL })
  const metadata = { code: textless, error_reason: textless }
  const ofWidget = [{ mx: true, type: 'mx/connect/invalidData', metadata }, mxUrl('connect/oauthError', metadata)]
  assert.deepEqual(widget.send(...ofWidget), [false, false])
  assert.deepEqual([widget.events, widget.reasons], [[], ['shape', 'shape']])
})

test('a REDIRECT that is early, contradicts itself or is refused by the flow is refused', async () => {
  const early = await connect()
  assert.deepEqual(early.send(REDIRECT, MOUNTED, REDIRECT), [false, true, true])
  assert.deepEqual([early.reasons, early.reports().length], [['phase'], 1])
  const contradicts = await connect()
  contradicts.send(MOUNTED, { ...REDIRECT, loginId: OTHER })
  assert.deepEqual([contradicts.reasons, contradicts.reports()], [['contradiction'], []])
  for (const [refusal, reason] of [
    ['INVALID_INPUT', 'shape'],
    ['OUT_OF_TURN', 'phase'],
  ]) {
    const refused = await connect({ refusal })
    refused.send(MOUNTED, REDIRECT)
    assert.deepEqual(refused.reasons, [reason])
  }
})

test('messages before url() are refused, and those after close() and after the step are ignored', async () => {
  const unopened = await connect({ unopened: true })
  assert.deepEqual(unopened.send(MOUNTED), [false])
  const closed = await connect()
  closed.bridge.close()
  const left = await connect()
  left.leave()
  assert.deepEqual(unopened.reasons, ['phase'])
  for (const { send, reports, events, reasons } of [closed, left]) {
    assert.deepEqual(send(MOUNTED, REDIRECT), [false, false])
    assert.deepEqual([reports(), events, reasons], [[], [], []])
  }
})

test('a message is refused if the WebView shows another origin, if the app knows it', async () => {
  const { bridge, reasons } = await connect()
  const other = [
    ...['https://bank.example/', `${ORIGIN}.example/v2/`, `${ORIGIN}:8443/`, ORIGIN.replace('https', 'http')],
    ...[`https://toolbox-iframe.private.fin.ag@bank.example/`, 'about:blank', '', null, {}],
  ]
  for (const pageUrl of other) assert.equal(bridge.message(MOUNTED, pageUrl), false, String(pageUrl))
  assert.deepEqual(reasons, Array(other.length).fill('origin'))
  for (const pageUrl of [`${ORIGIN}/v2/?x`, `${ORIGIN.toUpperCase()}/`, ORIGIN, undefined]) {
    assert.equal(bridge.message(MOUNTED, pageUrl), true, String(pageUrl))
  }
})

test('an error of the app’s listener reaches the app, after the flow got the report', async () => {
  const calls = []
  const step = { kind: 'connect', pageUrl: async () => URL_OF_CONNECT, returned: (claim) => calls.push(claim) }
  const onEvent = vendorEvents(({ kind }) => {
    if (kind === 'redirect') throw new Error('planted in the listener')
  })
  const bridge = connectWebView(step, { onEvent })
  await bridge.url()
  bridge.message(MOUNTED)
  assert.throws(() => bridge.message(REDIRECT), /planted/)
  assert.deepEqual(calls, [{ loginId: LOGIN }])
})

test('the chosen accounts of ACCOUNT_SELECTED count if REDIRECT has none', async () => {
  for (const [redirect, accountIds] of [
    [REDIRECT, ['a3', 'a4']],
    [{ ...REDIRECT, accountId: 'b1' }, ['b1']],
  ]) {
    const { send, reports, events } = await connect()
    send(
      { step: 'ACCOUNT_SELECTED', accountId: ['a1', 'a2'], totalAccounts: 4, displayedAccounts: 2 },
      { step: 'ACCOUNT_SELECTED', AccountId: 'a3, a4', totalAccounts: 'four' },
      { step: 'ACCOUNT_SELECTED' },
      redirect,
    )
    assert.deepEqual(reports(), [['returned', { loginId: LOGIN, accountIds }]])
    const counts = { kind: 'step', step: 'ACCOUNT_SELECTED' }
    assert.deepEqual(events, [
      { ...counts, accountIds: ['a1', 'a2'], totalAccounts: 4, displayedAccounts: 2 },
      { ...counts, accountIds: ['a3', 'a4'], totalAccounts: undefined, displayedAccounts: undefined },
      { ...counts, accountIds: [], totalAccounts: undefined, displayedAccounts: undefined },
      { kind: 'redirect', institution: undefined, accountIds, requestId: undefined },
    ])
  }
})

// MX ----------------------------------------------------------------------------------------------

const mxUrl = (name, metadata, scheme = 'myapp') =>
  `${scheme}://${name}?metadata=${encodeURIComponent(JSON.stringify(metadata))}`

test('messages of MX’s widget are read from text, objects and URLs', async () => {
  const metadata = { user_guid: 'USR-1', session_guid: 'SES-1', member_guid: 'MBR-1', connection_status: 6 }
  const message = { mx: true, type: 'mx/connect/memberStatusUpdate', metadata }
  const { send, events } = await connect({ kind: 'redirect', url: WIDGET_URL })
  const forms = [
    message,
    JSON.stringify(message),
    mxUrl('connect/memberStatusUpdate', metadata),
    mxUrl('connect/memberStatusUpdate', metadata, 'mx'),
  ]
  assert.deepEqual(send(...forms), [true, true, true, true])
  const event = {
    kind: 'mx',
    type: 'mx/connect/memberStatusUpdate',
    memberGuid: 'MBR-1',
    connectionStatus: 6,
    ...ABSENT,
  }
  assert.deepEqual(events, [event, event, event, event])
  assert.deepEqual(send(mxUrl('load', {})), [true])
  assert.deepEqual(send(mxUrl('connect/somethingNew', {})), [true])
  assert.deepEqual(events.slice(4), [
    { kind: 'mx', type: 'mx/load', memberGuid: undefined, connectionStatus: undefined, ...ABSENT },
    { kind: 'unknown', step: 'mx/connect/somethingNew' },
  ])
})

test('addresses that are no message of MX are refused', async () => {
  const { send, events, reasons } = await connect({ kind: 'redirect', url: WIDGET_URL })
  const others = [
    ...[
      mxUrl('connect/memberConnected', {}, 'https'),
      mxUrl('connect/memberConnected', {}, 'HTTP'),
      'myapp://connect/memberConnected',
    ],
    ...[
      'myapp://back?status=success',
      'javascript:alert(1)',
      mxUrl(`${'x'.repeat(70)}`, {}),
      mxUrl('load', { x: 'x'.repeat(20_000) }),
    ],
  ]
  assert.deepEqual(send(...others), Array(others.length).fill(false))
  assert.deepEqual([events, reasons], [[], Array(others.length).fill('shape')])
  // What the metadata holds cannot change the type.
  send(`myapp://load?metadata=${encodeURIComponent('{},"type":"mx/connect/memberConnected"')}`)
  assert.equal(events[0].type, 'mx/load')
})

// Runtimes ----------------------------------------------------------------------------------------

test('the bridge and the landing run without any global of a browser or of Node', async () => {
  const { outputFiles } = await build({
    entryPoints: [resolve('bank-mfa/connect')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'connect',
    target: 'es2022',
  })
  // The context has what ECMAScript defines, and nothing else, as in Hermes.
  const context = createContext({ url: URL_OF_CONNECT, text: JSON.stringify(REDIRECT), login: LOGIN })
  const run = (script) => runInContext(script, context)
  assert.equal(
    run('typeof URL + typeof URLSearchParams + typeof AbortController + typeof window'),
    'undefined'.repeat(4),
  )
  run(outputFiles[0].text)
  const calls = await run(`(async () => {
    const calls = []
    const step = { kind: 'connect', pageUrl: async () => url, returned: (claim) => { calls.push(claim.loginId) } }
    const bridge = connect.connectWebView(step)
    await bridge.url()
    bridge.message('{"step":"APP_MOUNTED"}', url)
    bridge.message(text, url)
    const { loginId } = connect.readLandingUrl('myapp://back?loginId=' + login, 'myapp://back')
    const widget = connect.connectWebView({ kind: 'redirect', pageUrl: async () => 'https://widgets.moneydesktop.com/x' })
    await widget.url()
    calls.push(loginId, widget.message('mx://load?metadata=%7B%7D'))
    return JSON.stringify(calls)
  })()`)
  assert.deepEqual(JSON.parse(calls), [LOGIN, LOGIN, true])
})

// The simulated Connect ---------------------------------------------------------------------------

/** The ways of an app to get the messages: what the WebView defines in the page. */
const APPS = {
  ReactNativeWebView: () => (window.ReactNativeWebView = { postMessage: (text) => window.toApp(text) }),
  flinksEvent: () =>
    (window.webkit = { messageHandlers: { flinksEvent: { postMessage: (message) => window.toApp(message) } } }),
}

/** A WebView that shows a flow's page. Its top page is Connect, which the simulator serves. */
async function openWebView(t, { bank }, bridge, app) {
  const page = await browser.newPage()
  t.after(() => page.close())
  page.setDefaultTimeout(20_000)
  const received = []
  await page.exposeFunction('toApp', (data) => {
    received.push(data)
    bridge.message(data, page.url())
  })
  await page.addInitScript(app)
  await page.route('**', async (route) => {
    const request = route.request()
    const body = request.postData() ?? undefined
    const reply = await bank.fetch(request.url(), { method: request.method(), headers: request.headers(), body })
    const { status, headers } = reply
    await route.fulfill({ status, headers: Object.fromEntries(headers), body: Buffer.from(await reply.arrayBuffer()) })
  })
  await page.goto(await bridge.url())
  return { page, received }
}

for (const [name, app] of Object.entries(APPS)) {
  test(`a reconnect in a WebView ends well, with messages by ${name}`, async (t) => {
    const env = setup(t, { connect: { redirectHasAccounts: false } })
    const { loginId, responses } = person('Greatday')
    const parameters = { accountSelectorEnable: 'true' }
    const flow = env.reconnect({ loginId, webview: true, parameters })
    const step = await untilStep(flow, 'connect')
    const [events, reasons] = [[], []]
    const bridge = connectWebView(step, {
      onEvent: vendorEvents((event) => events.push(event)),
      onRefused: ({ reason }) => reasons.push(reason),
    })
    env.bank.clock.advance(MINUTE)
    const { page, received } = await openWebView(t, env, bridge, app)
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('button', { name: 'Open the bank’s own page' }).click(),
    ])
    await popup.close()
    await page.getByLabel('Your answer').fill(Object.values(responses[0])[0][0])
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Savings' }).click()
    const { method, accountIds } = await flow.result()
    assert.equal(method, 'mid-session')
    assert.ok(received.every((data) => typeof data === (name === 'flinksEvent' ? 'object' : 'string')))
    const steps = events.filter(({ step }) => step !== 'APP_RESIZE')
    assert.deepEqual(
      steps.map(({ kind, step }) => step ?? kind),
      [
        ...['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_MFA', 'POPUP_OPENED', 'SUBMIT_MFA'],
        ...['COMPONENT_LOAD_ACCOUNT_SELECTION', 'ACCOUNT_SELECTED', 'redirect'],
      ],
    )
    const [selected, redirect] = steps.slice(-2)
    assert.deepEqual([selected.totalAccounts, selected.displayedAccounts, selected.accountIds.length], [2, 2, 1])
    assert.deepEqual([redirect.accountIds, accountIds, reasons], [selected.accountIds, selected.accountIds, []])
    assert.ok(!JSON.stringify(events).includes(loginId))
  })
}

test('a WebView that blocks windows reports POPUP_BLOCKED', async (t) => {
  const env = setup(t)
  const flow = env.reconnect({ loginId: person('Greatday').loginId, webview: true })
  const events = []
  const bridge = connectWebView(await untilStep(flow, 'connect'), {
    onEvent: vendorEvents(({ step }) => events.push(step)),
  })
  const { page } = await openWebView(t, env, bridge, () => {
    window.ReactNativeWebView = { postMessage: (text) => window.toApp(text) }
    window.open = () => null
  })
  await page.getByRole('button', { name: 'Open the bank’s own page' }).click()
  await until(() => events.includes('POPUP_BLOCKED'), 'the page reports that the window is blocked')
})

for (const [misbehave, refused] of [
  ['early', ['phase']],
  ['duplicate', []],
  ['contradiction', ['contradiction']],
  ['malformed', [...Array(7).fill('shape'), 'contradiction']],
  ['json-string', []],
]) {
  test(`a WebView whose page misbehaves (${misbehave}) ends well`, async (t) => {
    const env = setup(t, { connect: { misbehave } })
    const { loginId, responses } = person('Greatday')
    const flow = env.reconnect({ loginId, webview: true })
    const reasons = []
    const bridge = connectWebView(await untilStep(flow, 'connect'), { onRefused: ({ reason }) => reasons.push(reason) })
    const { page } = await openWebView(t, env, bridge, APPS.flinksEvent)
    await page.getByLabel('Your answer').fill(Object.values(responses[0])[0][0])
    await page.getByRole('button', { name: 'Continue' }).click()
    const result = await flow.result()
    assert.equal(result.method, 'mid-session')
    await until(() => reasons.length >= refused.length, 'the bridge refuses the forged messages')
    assert.deepEqual(reasons, refused)
  })
}

test('a WebView whose page claims another LoginId ends in login-mismatch', async (t) => {
  const env = setup(t, { connect: { misbehave: 'another-login' } })
  const { loginId, responses } = person('Greatday')
  const flow = env.reconnect({ loginId, webview: true })
  const bridge = connectWebView(await untilStep(flow, 'connect'))
  const { page } = await openWebView(t, env, bridge, APPS.ReactNativeWebView)
  await page.getByLabel('Your answer').fill(Object.values(responses[0])[0][0])
  await page.getByRole('button', { name: 'Continue' }).click()
  await assert.rejects(flow.result(), (error) => {
    assert.equal(error.code, 'login-mismatch')
    assertNoSecrets(error, loginId, person('greatday_nomfa').loginId)
    return true
  })
})
