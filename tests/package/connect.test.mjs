/** The vendor's frame within a page, in Chromium: what the page believes, what it refuses, and what it tells the flow. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { SAID, frameOf, hear, origins, requests, saying, visit } from './connect-frames.mjs'

const LOGIN = '8b35f6c8-e7b6-41d3-98f8-08d68b7f8d31'
const OTHER = '5f1b3d5c-2d1f-4f5e-9f11-6d9a3c3b7e52'
const MOUNTED = { step: 'APP_MOUNTED' }
const landing = (query) => `https://example.com/thank-you?${query}`
const REDIRECT = {
  step: 'REDIRECT',
  institution: 'FlinksCapital',
  url: landing(`loginId=${LOGIN}&institution=FlinksCapital`),
}
const done = (more = {}) => ({
  kind: 'redirect',
  institution: undefined,
  accountIds: [],
  requestId: undefined,
  ...more,
})
const claimed = (loginId = LOGIN) => ['returned', { loginId }]

/** What came of it without what every test's frame says at last. */
const told = ({ calls, events, reasons }) => ({
  calls: calls.filter(([name]) => name !== 'address'),
  events: events.filter(({ step }) => step !== SAID),
  reasons,
})

/** All that a page, or a log of its, could see of what it was told. */
const seen = ({ events, reasons, failures }) => JSON.stringify([events, reasons, failures])

// The frame -------------------------------------------------------------------------------------

test('the frame may do what a bank needs, and no more', async () => {
  const address = frameOf(saying(MOUNTED, { step: SAID }))
  const { frames, listeners } = await hear(saying(MOUNTED))
  const [{ src, ...frame }] = frames
  assert.deepEqual(frame, {
    place: 'main',
    title: 'Your bank',
    sandbox: 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox',
    referrerpolicy: 'strict-origin',
    width: '100%',
    height: '640',
  })
  assert.ok(src.startsWith(new URL(address).origin))
  assert.equal(listeners, 1)
  const [{ referer }] = requests.filter(({ path }) => origins.vendor + path === src)
  assert.equal(referer, `${origins.page}/`, 'the vendor learns of the page’s origin only')
  assert.ok(!requests.some(({ path }) => path.includes('wasm')))
})

test('the frame has the title that the page gives it', async () => {
  const { frames } = await hear('', { title: 'Votre banque' })
  assert.equal(frames[0].title, 'Votre banque')
})

test('a window that the frame opens works, and is not sandboxed', async () => {
  const visitor = await visit()
  const script = `document.querySelector('button').onclick = () => window.open('/popup')`
  await visitor.mount(frameOf(`${script}\n${saying({ step: SAID })}`))
  await visitor.heard()
  const opening = visitor.page.waitForEvent('popup')
  await visitor.page.frameLocator('iframe').getByRole('button').click()
  const popup = await opening
  await popup.getByText('The bank').waitFor()
  assert.equal(await popup.evaluate(() => window.origin), origins.vendor)
  // A sandboxed one would show none.
  const dialog = popup.waitForEvent('dialog')
  await popup.evaluate(() => void setTimeout(() => alert('Approve on your phone')))
  await (await dialog).dismiss()
  await popup.close()
})

test('the frame cannot take the page elsewhere', async () => {
  const script = `try { top.location = '${origins.stranger}/popup' } catch { say({ step: 'KEPT' }) }`
  assert.deepEqual(told(await hear(script)).events, [{ kind: 'unknown', step: 'KEPT' }])
})

for (const [name, address] of [
  ['no address', 'toolbox-iframe.private.fin.ag'],
  ['a script', 'javascript:alert(1)'],
  ['http beyond the loopback', 'http://toolbox-iframe.private.fin.ag/v2/'],
  ['the page’s own origin', `${origins.page}/popup`],
]) {
  test(`${name} is not opened as a frame`, async () => {
    for (const kind of ['connect', 'redirect']) {
      const visitor = await visit()
      await visitor.mount(address, { kind })
      const { failures, frames, listeners } = await visitor.read()
      assert.deepEqual(failures, [{ name: 'FlowError', code: 'INVALID_INPUT', path: '/url' }])
      assert.deepEqual([frames, listeners], [[], 0])
    }
  })
}

test('the page hears why a frame has no address', async () => {
  const visitor = await visit()
  await visitor.mount('', { rejects: 'unreachable' })
  const { failures, frames, listeners } = await visitor.read()
  assert.deepEqual([failures[0].code, frames, listeners], ['unreachable', [], 0])
})

// What Connect says -----------------------------------------------------------------------------

test('the page hears each step, and the flow what came back', async () => {
  const read = await hear(
    saying(
      MOUNTED,
      { step: 'COMPONENT_LOAD_MFA', mfaTypes: ['QuestionAndAnswer', 'TextOrCall'] },
      { step: 'SUBMIT_MFA' },
      { step: 'COMPONENT_LOAD_MFA_RETRY' },
      { step: 'SUBMIT_MFA' },
      { step: 'COMPONENT_LOAD_SOMETHING_NEW' },
      REDIRECT,
    ),
  )
  assert.deepEqual(told(read), {
    calls: [claimed()],
    events: [
      { kind: 'step', step: 'APP_MOUNTED' },
      { kind: 'step', step: 'COMPONENT_LOAD_MFA', mfaTypes: ['QuestionAndAnswer', 'TextOrCall'] },
      { kind: 'step', step: 'SUBMIT_MFA' },
      { kind: 'step', step: 'COMPONENT_LOAD_MFA_RETRY', mfaTypes: [] },
      { kind: 'step', step: 'SUBMIT_MFA' },
      { kind: 'unknown', step: 'COMPONENT_LOAD_SOMETHING_NEW' },
      done({ institution: 'FlinksCapital' }),
    ],
    reasons: [],
  })
  assert.equal(read.refused, 0)
  assert.ok(!seen(read).includes(LOGIN), 'and never the LoginId')
})

test('an error is its FlinksCode, wherever that stands', async () => {
  const { events } = told(
    await hear(
      saying(
        { step: 'INVALID_SECURITY_RESPONSE' },
        { step: 'SOMETHING', flinksCode: 'A_NEW_CODE' },
        { flinksCode: 'RETRY_LATER' },
        { step: 'SOMETHING', data: { flinksCode: 'NEW_ACCOUNT' } },
        { step: 'SUBMIT_MFA', flinksCode: null },
      ),
    ),
  )
  const codes = ['INVALID_SECURITY_RESPONSE', 'A_NEW_CODE', 'RETRY_LATER', 'NEW_ACCOUNT']
  assert.deepEqual(events, [
    ...codes.map((flinksCode) => ({ kind: 'error', flinksCode })),
    { kind: 'step', step: 'SUBMIT_MFA' },
  ])
})

/** What the message says beside its step, and what the page hears of it. */
const redirects = {
  'as the page of Flinks shows it': [REDIRECT, done({ institution: 'FlinksCapital' })],
  'beside the url': [{ url: landing('institution=Other'), loginId: LOGIN }, done({ institution: 'Other' })],
  'with no url': [{ LoginId: LOGIN }, done()],
  'in both places': [{ url: landing(`loginId=${LOGIN}`), loginId: LOGIN.toUpperCase() }, done(), LOGIN],
  'with accounts in one text': [
    { loginId: LOGIN, accountId: 'a1, a2,a3', requestId: OTHER },
    done({ accountIds: ['a1', 'a2', 'a3'], requestId: OTHER }),
  ],
  'with accounts in a list': [{ loginId: LOGIN, accountId: ['a1', 'a2'] }, done({ accountIds: ['a1', 'a2'] })],
  'with accounts in the url': [
    { url: landing(`LoginId=${LOGIN}&accountId=a1,a2&requestId=${OTHER}`) },
    done({ accountIds: ['a1', 'a2'], requestId: OTHER }),
  ],
}
for (const [name, [message, event]] of Object.entries(redirects)) {
  test(`a LoginId ${name} is read, from an object and from JSON`, async () => {
    const redirect = { ...message, step: 'REDIRECT' }
    for (const form of [redirect, JSON.stringify(redirect)]) {
      const read = told(await hear(saying(MOUNTED, form)))
      assert.deepEqual(read, {
        calls: [claimed()],
        events: [{ kind: 'step', step: 'APP_MOUNTED' }, event],
        reasons: [],
      })
    }
  })
}

test('a refused token is told to the flow, once', async () => {
  const refused = { step: 'TOKEN_INVALID' }
  assert.deepEqual(told(await hear(saying(refused, refused, MOUNTED, REDIRECT))), {
    calls: [['tokenRefused']],
    events: [{ kind: 'token-refused' }, { kind: 'step', step: 'APP_MOUNTED' }],
    reasons: ['phase', 'phase'],
  })
})

test('the frame gets the height that it asks for, where that is one', async () => {
  const resize = (height) => ({ step: 'APP_RESIZE', height })
  const wild = [0, -1, 1e9, null, 'tall', [], {}].map(resize)
  for (const [settings, height] of [
    [{}, '733'],
    [{ resize: false }, '640'],
  ]) {
    const { frames, events, reasons } = await hear(saying(resize(732.4), ...wild), settings)
    assert.equal(frames[0].height, height)
    assert.deepEqual(
      events.slice(0, -1).map(({ height }) => height),
      [733, ...wild.map(() => undefined)],
    )
    assert.deepEqual(reasons, [])
  }
})

test('what the page’s own listener gets wrong stops nothing', async () => {
  const { calls, reasons } = told(await hear(saying(MOUNTED, REDIRECT), { silent: true }))
  assert.deepEqual([calls, reasons], [[claimed()], []])
})

// What is refused -------------------------------------------------------------------------------

const nothing = (...reasons) => ({ calls: [], events: [], reasons })

test('the frame’s window on another origin is not believed', async () => {
  const visitor = await visit()
  const elsewhere = encodeURIComponent(frameOf(saying(MOUNTED, REDIRECT), origins.stranger))
  await visitor.mount(`${origins.vendor}/elsewhere?to=${elsewhere}`)
  const read = await visitor.refused(2)
  assert.deepEqual(told(read), nothing('origin', 'origin'))
  assert.ok(!seen(read).includes(LOGIN))
})

test('another window of the vendor’s origin is not believed', async () => {
  const script = `${saying(MOUNTED)}; nested(${JSON.stringify(frameOf(saying(MOUNTED, REDIRECT)))})`
  const visitor = await visit()
  await visitor.mount(frameOf(script))
  const inner = await visitor.refused(2)
  assert.deepEqual(inner.reasons, ['source', 'source'], 'a frame within the frame')

  await visitor.page.evaluate(
    (src) => {
      document.querySelector('aside').append(Object.assign(document.createElement('iframe'), { src }))
    },
    frameOf(saying(MOUNTED, REDIRECT)),
  )
  const { calls, events, reasons } = told(await visitor.refused(4))
  assert.deepEqual(reasons.slice(2), ['source', 'source'], 'a frame beside it')
  assert.deepEqual([calls, events], [[], [{ kind: 'step', step: 'APP_MOUNTED' }]])
})

test('what the page says to itself is not believed', async () => {
  const visitor = await visit()
  await visitor.mount(frameOf(saying({ step: SAID })))
  await visitor.heard()
  await visitor.page.evaluate(
    ([vendor, data]) => {
      const dispatch = (init) => window.dispatchEvent(new MessageEvent('message', init))
      dispatch({ data })
      dispatch({ data: null })
      dispatch({ data, origin: vendor })
      dispatch({ data, origin: vendor, source: window })
      dispatch({ data, origin: `${vendor}.example`, source: document.querySelector('iframe').contentWindow })
      dispatch({ data, origin: 'null', source: document.querySelector('iframe').contentWindow })
    },
    [origins.vendor, MOUNTED],
  )
  assert.deepEqual(told(await visitor.read()), nothing('origin', 'origin', 'source', 'source', 'origin', 'origin'))
})

test('a frame that the page itself took away has no window, and a message without one is not its', async () => {
  const visitor = await visit()
  await visitor.mount(frameOf(saying({ step: SAID })))
  await visitor.heard()
  await visitor.page.evaluate(
    ([origin, data]) => {
      document.querySelector('iframe').remove()
      window.dispatchEvent(new MessageEvent('message', { data, origin, source: null }))
    },
    [origins.vendor, MOUNTED],
  )
  assert.deepEqual(told(await visitor.read()), nothing('source'))
})

test('what is no message of Connect’s is refused, in any shape', async () => {
  const malformed = [
    ...[null, 7, true, '', 'APP_MOUNTED', '[]', 'null', '{"step":', [], [MOUNTED], {}],
    ...[{ step: 7 }, { step: '' }, { step: 'two words' }, { step: LOGIN }, { step: 'X'.repeat(65) }, { steps: [] }],
    ...[{ flinksCode: 7 }, { flinksCode: LOGIN }, { mx: true, type: 'mx/connect/memberConnected', metadata: {} }],
    ...[{}, { loginId: '' }, { loginId: 7 }, { loginId: { id: LOGIN } }, { url: 'thank-you' }, { url: 7 }].map(
      (rest) => ({
        step: 'REDIRECT',
        ...rest,
      }),
    ),
    { step: 'REDIRECT', loginId: LOGIN, url: `?loginId=${LOGIN}` },
    // Where shipped code looked: `new URLSearchParams(url)` has no such entry, and neither has this address.
    { step: 'REDIRECT', url: `https://example.com/thank-you/loginId=${LOGIN}` },
  ]
  const read = await hear(
    `${saying(...malformed)}; say(undefined, new Map([['step', 1]]), new Date(0), JSON.stringify({ step: 'LONG', x: 'x'.repeat(20000) }))`,
  )
  assert.deepEqual(told(read), nothing(...Array(malformed.length + 4).fill('shape')))
  assert.ok(!seen(read).includes(LOGIN))
})

test('a LoginId that the flow refuses is malformed, and a later one may fit', async () => {
  const read = await hear(saying(MOUNTED, REDIRECT, REDIRECT), { refusal: 'INVALID_INPUT' })
  assert.deepEqual(told(read), {
    calls: [claimed(), claimed()],
    events: [{ kind: 'step', step: 'APP_MOUNTED' }],
    reasons: ['shape', 'shape'],
  })
  const late = await hear(saying(MOUNTED, REDIRECT), { refusal: 'OUT_OF_TURN' })
  assert.deepEqual(late.reasons, ['phase'], 'and one for which the flow no longer waits is late')
})

test('an early REDIRECT is refused, and one at its time is not', async () => {
  const early = { step: 'REDIRECT', loginId: OTHER }
  const { calls, reasons } = told(await hear(saying(early, MOUNTED, REDIRECT)))
  assert.deepEqual([calls, reasons], [[claimed()], ['phase']])
})

test('a duplicate REDIRECT is refused, with the same LoginId and with another', async () => {
  const other = { step: 'REDIRECT', loginId: OTHER }
  const { calls, reasons } = told(await hear(saying(MOUNTED, REDIRECT, REDIRECT, other, { step: 'TOKEN_INVALID' })))
  assert.deepEqual([calls, reasons], [[claimed()], ['phase', 'phase', 'phase']])
})

test('a REDIRECT that contradicts itself is refused', async () => {
  const contradictions = [
    { url: landing(`loginId=${LOGIN}`), loginId: OTHER },
    { url: landing(`loginId=${LOGIN}`), LoginId: OTHER },
    { url: landing(`loginId=${LOGIN}&loginId=${OTHER}`) },
    { url: landing(`loginId=${LOGIN}&LoginId=${LOGIN}`) },
    { url: landing(`loginId=${LOGIN}`), loginId: 7 },
    { loginId: LOGIN, LoginId: OTHER },
  ].map((rest) => ({ step: 'REDIRECT', ...rest }))
  const read = await hear(saying(MOUNTED, ...contradictions))
  assert.deepEqual(told(read), {
    calls: [],
    events: [{ kind: 'step', step: 'APP_MOUNTED' }],
    reasons: contradictions.map(() => 'contradiction'),
  })
  assert.ok(!seen(read).includes(LOGIN) && !seen(read).includes(OTHER))
})

// Coming and going ------------------------------------------------------------------------------

test('unmounting takes frame and listener away, and the flow is told nothing', async () => {
  const visitor = await visit()
  await visitor.mount(frameOf(saying({ step: SAID })))
  await visitor.heard()
  await visitor.unmount()
  await visitor.unmount()
  const { frames, listeners, calls } = await visitor.read()
  assert.deepEqual([frames, listeners, calls], [[], 0, [['address']]])
})

test('a flow that leaves the step takes frame and listener away', async () => {
  const visitor = await visit()
  await visitor.mount(frameOf(saying({ step: SAID })))
  await visitor.heard()
  await visitor.leave()
  const { frames, listeners } = await visitor.read()
  assert.deepEqual([frames, listeners], [[], 0])
})

test('a step that the flow has left is not opened', async () => {
  const visitor = await visit()
  await visitor.mount(frameOf(saying({ step: SAID })), { aborted: true })
  const { frames, listeners, calls, failures } = await visitor.read()
  assert.deepEqual([frames, listeners, calls, failures], [[], 0, [], []])
})

test('mounted, unmounted and mounted at once, as React does, the frame is opened once', async () => {
  for (const kind of ['connect', 'redirect']) {
    const visitor = await visit()
    const address = frameOf(`/* ${kind} twice */ ${saying({ step: SAID, mx: true, type: SAID })}`)
    await visitor.page.evaluate(
      ([address, kind]) => {
        window.harness.mount(address, { kind })
        window.harness.unmount()
        window.harness.remount('main')
      },
      [address, kind],
    )
    const { frames, listeners, reasons } = await visitor.heard()
    assert.deepEqual([frames.length, listeners, reasons], [1, 1, []])
    assert.equal(requests.filter(({ path }) => origins.vendor + path === address).length, 1)
  }
})

test('a step that is mounted again elsewhere moves, and its new frame begins anew', async () => {
  const visitor = await visit()
  await visitor.mount(frameOf(`${saying(MOUNTED, { step: SAID })}; onmessage = () => ${saying(REDIRECT)}`))
  await visitor.heard()
  await visitor.remount('aside')
  const moved = () => window.harness.read().events.length === 4
  await visitor.page.waitForFunction(moved)
  const { frames, listeners, events } = await visitor.read()
  assert.deepEqual([frames.map(({ place }) => place), listeners], [['aside'], 1])
  assert.deepEqual(
    events.map(({ step }) => step),
    ['APP_MOUNTED', SAID, 'APP_MOUNTED', SAID],
  )
  await visitor.page.evaluate(() => document.querySelector('iframe').contentWindow.postMessage('go', '*'))
  await visitor.page.waitForFunction(() => window.harness.read().events.length === 5)
  const { calls } = told(await visitor.read())
  assert.deepEqual(calls, [claimed()])
})

// MX's widget -----------------------------------------------------------------------------------

const widget = (type, metadata = {}) => ({
  mx: true,
  type,
  metadata: { user_guid: 'USR-1', session_guid: 'S-1', ...metadata },
})
const member = { member_guid: 'MBR-1' }
const mx = (type, more = {}) => ({
  kind: 'mx',
  type,
  memberGuid: undefined,
  connectionStatus: undefined,
  current: undefined,
  ...more,
})

test('the widget’s messages are read without case, from objects and from JSON', async () => {
  const messages = [
    [{ mx: true, type: 'mx/load' }, mx('mx/load')],
    [widget('mx/connect/loaded', { initial_step: 'mfa' }), mx('mx/connect/loaded', { current: 'mfa' })],
    [
      widget('mx/connect/stepChange', { previous: 'mfa', current: 'connected' }),
      mx('mx/connect/stepChange', { current: 'connected' }),
    ],
    [widget('mx/connect/submitMfa', member), mx('mx/connect/submitMFA', { memberGuid: 'MBR-1' })],
    [widget('MX/CONNECT/OAUTHREQUESTED', { url: 'https://bank.example' }), mx('mx/connect/oauthRequested')],
    [widget('mx/connect/somethingNew'), { kind: 'unknown', step: 'mx/connect/somethingNew' }],
  ]
  const expected = { calls: [], events: messages.map(([, event]) => event), reasons: [] }
  const objects = messages.map(([message]) => message)
  for (const said of [objects, objects.map((message) => JSON.stringify(message))]) {
    const read = await hear(saying(...said), { kind: 'redirect' })
    assert.deepEqual(told(read), expected)
    assert.ok(!/USR-|S-1/.test(seen(read)))
  }
})

test('what the widget says of its member is passed on, and tells the flow nothing', async () => {
  const status = { ...member, connection_status: 6 }
  const changes = [
    [widget('mx/connect/memberStatusUpdate', status), 'mx/connect/memberStatusUpdate'],
    [widget('mx/connect/memberStatusUpdated', status), 'mx/connect/memberStatusUpdate'],
    [widget('mx/connect/memberConnected', member), 'mx/connect/memberConnected'],
    [widget('mx/connect/memberError', member), 'mx/connect/memberError'],
    [widget('mx/connect/connected/primaryAction'), 'mx/connect/connected/primaryAction'],
    [
      widget('mx/client/oauthComplete', { url: landing('status=success&member_guid=MBR-2') }),
      'mx/client/oauthComplete',
    ],
    [widget('oauthComplete/success', { member_guid: 'MBR-2' }), 'mx/oauthComplete/success'],
  ]
  const read = told(await hear(saying(...changes.map(([message]) => message)), { kind: 'redirect' }))
  assert.deepEqual(read.calls, [])
  assert.deepEqual(
    read.events.map(({ type }) => type),
    changes.map(([, type]) => type),
  )
  assert.deepEqual(
    read.events.map(({ connectionStatus }) => connectionStatus),
    [6, 6, ...Array(5).fill(undefined)],
  )
})

test('what is no message of the widget’s is refused: MX’s own SDK throws on null', async () => {
  const malformed = [
    ...[null, '', '{}', [], {}, MOUNTED, REDIRECT, { mx: true }, { mx: 'true', type: 'mx/load' }],
    ...[{ mx: true, type: 7 }, { mx: true, type: 'mx/ load' }, { type: 'mx/load' }],
  ]
  const read = await hear(saying(...malformed), { kind: 'redirect' })
  assert.deepEqual(told(read), nothing(...malformed.map(() => 'shape')))
})
