/** The vendor's iframe in a page, in Chromium: which messages the page accepts, and what it passes on to the flow. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { END, frameUrl, origins, postAndRead, postScript, requests, visit } from './connect-frames.mjs'

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
const claimed = (loginId = LOGIN, accountIds = []) => [
  'returned',
  accountIds.length > 0 ? { loginId, accountIds } : { loginId },
]

/** The events and calls that the page read, without the last message of every test's iframe. */
const result = ({ calls, events, reasons }) => ({
  calls: calls.filter(([name]) => name !== 'address'),
  events: events.filter(({ step }) => step !== END),
  reasons,
})

/** Everything that the page got from the messages, as one text. */
const shown = ({ events, reasons, failures }) => JSON.stringify([events, reasons, failures])

// The frame -------------------------------------------------------------------------------------

test('the iframe has only the permissions that a bank needs', async () => {
  const address = frameUrl(postScript(MOUNTED, { step: END }))
  const { frames, listeners } = await postAndRead(postScript(MOUNTED))
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
  assert.equal(referer, `${origins.page}/`, 'the vendor sees only the page’s origin')
  assert.ok(!requests.some(({ path }) => path.includes('wasm')))
})

test('the iframe has the title that the page gives it', async () => {
  const { frames } = await postAndRead('', { title: 'Votre banque' })
  assert.equal(frames[0].title, 'Votre banque')
})

test('a popup of the iframe opens and is not sandboxed', async () => {
  const visitor = await visit()
  const script = `document.querySelector('button').onclick = () => window.open('/popup')`
  await visitor.mount(frameUrl(`${script}\n${postScript({ step: END })}`))
  await visitor.readAll()
  const opening = visitor.page.waitForEvent('popup')
  await visitor.page.frameLocator('iframe').getByRole('button').click()
  const popup = await opening
  await popup.getByText('The bank').waitFor()
  assert.equal(await popup.evaluate(() => window.origin), origins.vendor)
  // A sandboxed popup shows no dialog.
  const dialog = popup.waitForEvent('dialog')
  await popup.evaluate(() => void setTimeout(() => alert('Approve on your phone')))
  await (await dialog).dismiss()
  await popup.close()
})

test('the iframe cannot navigate the page', async () => {
  const script = `try { top.location = '${origins.stranger}/popup' } catch { post({ step: 'KEPT' }) }`
  assert.deepEqual(result(await postAndRead(script)).events, [{ kind: 'unknown', step: 'KEPT' }])
})

for (const [name, address] of [
  ['a text that is not a URL', 'toolbox-iframe.private.fin.ag'],
  ['a javascript: URL', 'javascript:alert(1)'],
  ['http beyond the loopback', 'http://toolbox-iframe.private.fin.ag/v2/'],
  ['the page’s own origin', `${origins.page}/popup`],
]) {
  test(`mount rejects ${name} and opens no iframe`, async () => {
    for (const kind of ['connect', 'redirect']) {
      const visitor = await visit()
      await visitor.mount(address, { kind })
      const { failures, frames, listeners } = await visitor.read()
      assert.deepEqual(failures, [{ name: 'FlowError', code: 'INVALID_INPUT', path: '/url' }])
      assert.deepEqual([frames, listeners], [[], 0])
    }
  })
}

for (const kind of ['connect', 'redirect']) {
  test(`onFailed gets the error if pageUrl() of a ${kind} step rejects`, async () => {
    const visitor = await visit()
    await visitor.mount('', { kind, rejects: 'unreachable' })
    const { failures, frames, listeners } = await visitor.read()
    assert.deepEqual([failures[0].code, frames, listeners], ['unreachable', [], 0])
  })
}

test('each later mount of a widget asks for an address of its own', async () => {
  const visitor = await visit()
  const address = frameUrl(postScript({ step: END, mx: true, type: END }))
  await visitor.mount(address, { kind: 'redirect' })
  await visitor.readAll()
  await visitor.unmount()
  await visitor.remount('aside')
  const { calls, frames } = await visitor.read()
  assert.deepEqual([calls.length, frames.length, frames[0].place], [2, 1, 'aside'])
})

test('mount refuses a bank’s window: it is not for an iframe', async () => {
  const visitor = await visit()
  await visitor.mount('https://bank.example/', { kind: 'redirect', purpose: 'oauth' })
  const { calls, failures, frames } = await visitor.read()
  assert.deepEqual(failures, [{ name: 'FlowError', code: 'INVALID_INPUT', path: '/step/purpose' }])
  assert.deepEqual([calls, frames], [[], []])
})

// Connect's messages -----------------------------------------------------------------------------

test('onEvent gets each step, and the flow gets the LoginId', async () => {
  const read = await postAndRead(
    postScript(
      MOUNTED,
      { step: 'COMPONENT_LOAD_MFA', mfaTypes: ['QuestionAndAnswer', 'TextOrCall'] },
      { step: 'SUBMIT_MFA' },
      { step: 'COMPONENT_LOAD_MFA_RETRY' },
      { step: 'SUBMIT_MFA' },
      { step: 'COMPONENT_LOAD_SOMETHING_NEW' },
      REDIRECT,
    ),
  )
  assert.deepEqual(result(read), {
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
  assert.ok(!shown(read).includes(LOGIN), 'the page never gets the LoginId')
})

test('the newer steps are typed, and the accounts of ACCOUNT_SELECTED count if REDIRECT has none', async () => {
  const steps = [
    ...['POPUP_OPENED', 'POPUP_BLOCKED', 'COMPONENT_HELP2FA_INFO', 'COMPONENT_HELP2FA_TROUBLESHOOTING'],
    ...['COMPONENT_CLICK_RESET_PASSWORD', 'COMPONENT_CLICK_TERMS_URL'],
  ].map((step) => ({ step }))
  const selected = { step: 'ACCOUNT_SELECTED', accountId: 'a1,a2', totalAccounts: 3, displayedAccounts: 2 }
  assert.deepEqual(result(await postAndRead(postScript(...steps, selected, REDIRECT))), {
    calls: [claimed(LOGIN, ['a1', 'a2'])],
    events: [
      ...steps.map(({ step }) => ({ kind: 'step', step })),
      { kind: 'step', step: 'ACCOUNT_SELECTED', accountIds: ['a1', 'a2'], totalAccounts: 3, displayedAccounts: 2 },
      done({ institution: 'FlinksCapital', accountIds: ['a1', 'a2'] }),
    ],
    reasons: [],
  })
})

test('an error event has the FlinksCode, wherever the message has it', async () => {
  const { events } = result(
    await postAndRead(
      postScript(
        { step: 'INVALID_SECURITY_RESPONSE' },
        { step: 'SOMETHING', flinksCode: 'A_NEW_CODE' },
        { flinksCode: 'RETRY_LATER' },
        { step: 'BANK MAINTENANCE_RETRY_LATER' },
        { flinksCode: 'A NEW CODE' },
        { step: 'SOMETHING', data: { flinksCode: 'NEW_ACCOUNT' } },
        { step: 'SUBMIT_MFA', flinksCode: null },
      ),
    ),
  )
  const codes = [
    'INVALID_SECURITY_RESPONSE',
    'A_NEW_CODE',
    'RETRY_LATER',
    'BANK MAINTENANCE_RETRY_LATER',
    'A NEW CODE',
    'NEW_ACCOUNT',
  ]
  assert.deepEqual(events, [
    ...codes.map((flinksCode) => ({ kind: 'error', flinksCode })),
    { kind: 'step', step: 'SUBMIT_MFA' },
  ])
})

/** The message without its step, and the event that the page gets. */
const redirects = {
  'as in Flinks’ documentation': [REDIRECT, done({ institution: 'FlinksCapital' })],
  'outside the url': [{ url: landing('institution=Other'), loginId: LOGIN }, done({ institution: 'Other' })],
  'with no url': [{ LoginId: LOGIN }, done()],
  'in both places': [{ url: landing(`loginId=${LOGIN}`), loginId: LOGIN.toUpperCase() }, done(), LOGIN],
  'with accounts in one text': [
    { loginId: LOGIN, accountId: 'a1, a2,a3', requestId: OTHER },
    done({ accountIds: ['a1', 'a2', 'a3'], requestId: OTHER }),
  ],
  'with accounts in a list': [{ loginId: LOGIN, accountId: ['a1', 'a2'] }, done({ accountIds: ['a1', 'a2'] })],
  'with an account that the flow would refuse': [
    { loginId: LOGIN, accountId: ['a1', '../a2', 'a 3', '', 'x'.repeat(129)] },
    done({ accountIds: ['a1'] }),
  ],
  'with accounts in the url': [
    { url: landing(`LoginId=${LOGIN}&accountId=a1,a2&requestId=${OTHER}`) },
    done({ accountIds: ['a1', 'a2'], requestId: OTHER }),
  ],
}
for (const [name, [message, event]] of Object.entries(redirects)) {
  test(`a LoginId ${name} is read from an object and from JSON`, async () => {
    const redirect = { ...message, step: 'REDIRECT' }
    for (const form of [redirect, JSON.stringify(redirect)]) {
      const read = result(await postAndRead(postScript(MOUNTED, form)))
      assert.deepEqual(read, {
        calls: [claimed(LOGIN, event.accountIds)],
        events: [{ kind: 'step', step: 'APP_MOUNTED' }, event],
        reasons: [],
      })
    }
  })
}

test('a refused token is passed on to the flow once', async () => {
  const refused = { step: 'TOKEN_INVALID' }
  assert.deepEqual(result(await postAndRead(postScript(refused, refused, MOUNTED, REDIRECT))), {
    calls: [['tokenRefused']],
    events: [{ kind: 'token-refused' }, { kind: 'step', step: 'APP_MOUNTED' }],
    reasons: ['phase', 'phase'],
  })
})

test('a session that has expired is passed on to the flow, but only in the middle of a session', async () => {
  for (const step of ['SESSION_EXPIRED', 'SESSION_NONEXISTENT']) {
    const expired = { kind: 'error', flinksCode: step }
    assert.deepEqual(result(await postAndRead(postScript({ step }, { step }), { purpose: 'mfa' })), {
      calls: [['sessionExpired']],
      events: [expired],
      reasons: ['phase'],
    })
    assert.deepEqual(result(await postAndRead(postScript({ step }), { purpose: 'credentials' })), {
      calls: [],
      events: [expired],
      reasons: [],
    })
  }
})

test('the iframe gets the height that its messages request, if that is a valid height', async () => {
  const resize = (height) => ({ step: 'APP_RESIZE', height })
  const wild = [0, -1, 1e9, null, 'tall', [], {}].map(resize)
  for (const [settings, height] of [
    [{}, '733'],
    [{ resize: false }, '640'],
  ]) {
    const { frames, events, reasons } = await postAndRead(postScript(resize(732.4), ...wild), settings)
    assert.equal(frames[0].height, height)
    assert.deepEqual(
      events.slice(0, -1).map(({ height }) => height),
      [733, ...wild.map(() => undefined)],
    )
    assert.deepEqual(reasons, [])
  }
})

test('an error in the page’s listener does not stop the messages', async () => {
  const { calls, reasons } = result(await postAndRead(postScript(MOUNTED, REDIRECT), { silent: true }))
  assert.deepEqual([calls, reasons], [[claimed()], []])
})

// Refused messages ------------------------------------------------------------------------------

const nothing = (...reasons) => ({ calls: [], events: [], reasons })

test('messages of the iframe from another origin are refused', async () => {
  const visitor = await visit()
  const elsewhere = encodeURIComponent(frameUrl(postScript(MOUNTED, REDIRECT), origins.stranger))
  await visitor.mount(`${origins.vendor}/elsewhere?to=${elsewhere}`)
  const read = await visitor.readRefused(2)
  assert.deepEqual(result(read), nothing('origin', 'origin'))
  assert.ok(!shown(read).includes(LOGIN))
})

test('messages from other iframes of the vendor’s origin are refused', async () => {
  const script = `${postScript(MOUNTED)}; nested(${JSON.stringify(frameUrl(postScript(MOUNTED, REDIRECT)))})`
  const visitor = await visit()
  await visitor.mount(frameUrl(script))
  const inner = await visitor.readRefused(2)
  assert.deepEqual(inner.reasons, ['source', 'source'], 'an iframe inside the iframe')

  await visitor.page.evaluate(
    (src) => {
      document.querySelector('aside').append(Object.assign(document.createElement('iframe'), { src }))
    },
    frameUrl(postScript(MOUNTED, REDIRECT)),
  )
  const { calls, events, reasons } = result(await visitor.readRefused(4))
  assert.deepEqual(reasons.slice(2), ['source', 'source'], 'an iframe next to it')
  assert.deepEqual([calls, events], [[], [{ kind: 'step', step: 'APP_MOUNTED' }]])
})

test('messages that the page dispatches itself are refused', async () => {
  const visitor = await visit()
  await visitor.mount(frameUrl(postScript({ step: END })))
  await visitor.readAll()
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
  assert.deepEqual(result(await visitor.read()), nothing('origin', 'origin', 'source', 'source', 'origin', 'origin'))
})

test('a message without a source is refused after the page removed the iframe', async () => {
  const visitor = await visit()
  await visitor.mount(frameUrl(postScript({ step: END })))
  await visitor.readAll()
  await visitor.page.evaluate(
    ([origin, data]) => {
      document.querySelector('iframe').remove()
      window.dispatchEvent(new MessageEvent('message', { data, origin, source: null }))
    },
    [origins.vendor, MOUNTED],
  )
  assert.deepEqual(result(await visitor.read()), nothing('source'))
})

test('malformed messages are refused', async () => {
  const malformed = [
    ...[null, 7, true, '', 'APP_MOUNTED', '[]', 'null', '{"step":', [], [MOUNTED], {}],
    ...[{ step: 7 }, { step: '' }, { step: 'two words' }, { step: LOGIN }, { step: 'X'.repeat(65) }, { steps: [] }],
    ...[
      { flinksCode: 7 },
      { flinksCode: LOGIN },
      { flinksCode: 'Jean Roy' },
      { flinksCode: 'A ' },
      { mx: true, type: 'mx/connect/memberConnected', metadata: {} },
    ],
    ...[{}, { loginId: '' }, { loginId: 7 }, { loginId: { id: LOGIN } }, { url: 'thank-you' }, { url: 7 }].map(
      (rest) => ({
        step: 'REDIRECT',
        ...rest,
      }),
    ),
    { step: 'REDIRECT', loginId: LOGIN, url: `?loginId=${LOGIN}` },
    // The loginId is in the path. Only a query parameter counts.
    { step: 'REDIRECT', url: `https://example.com/thank-you/loginId=${LOGIN}` },
  ]
  const read = await postAndRead(
    `${postScript(...malformed)}; post(undefined, new Map([['step', 1]]), new Date(0), JSON.stringify({ step: 'LONG', x: 'x'.repeat(20000) }))`,
  )
  assert.deepEqual(result(read), nothing(...Array(malformed.length + 4).fill('shape')))
  assert.ok(!shown(read).includes(LOGIN))
})

test('a LoginId that the flow refuses counts as malformed, and a later one may be accepted', async () => {
  const read = await postAndRead(postScript(MOUNTED, REDIRECT, REDIRECT), { refusal: 'INVALID_INPUT' })
  assert.deepEqual(result(read), {
    calls: [claimed(), claimed()],
    events: [{ kind: 'step', step: 'APP_MOUNTED' }],
    reasons: ['shape', 'shape'],
  })
  const late = await postAndRead(postScript(MOUNTED, REDIRECT), { refusal: 'OUT_OF_TURN' })
  assert.deepEqual(late.reasons, ['phase'], 'a LoginId for which the flow no longer waits is out of phase')
})

test('a REDIRECT before APP_MOUNTED is refused, and a later one is accepted', async () => {
  const early = { step: 'REDIRECT', loginId: OTHER }
  const { calls, reasons } = result(await postAndRead(postScript(early, MOUNTED, REDIRECT)))
  assert.deepEqual([calls, reasons], [[claimed()], ['phase']])
})

test('a duplicate REDIRECT is refused, with the same LoginId and with another', async () => {
  const other = { step: 'REDIRECT', loginId: OTHER }
  const { calls, reasons } = result(
    await postAndRead(postScript(MOUNTED, REDIRECT, REDIRECT, other, { step: 'TOKEN_INVALID' })),
  )
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
  const read = await postAndRead(postScript(MOUNTED, ...contradictions))
  assert.deepEqual(result(read), {
    calls: [],
    events: [{ kind: 'step', step: 'APP_MOUNTED' }],
    reasons: contradictions.map(() => 'contradiction'),
  })
  assert.ok(!shown(read).includes(LOGIN) && !shown(read).includes(OTHER))
})

// Mounting -------------------------------------------------------------------------------------

test('unmount removes the iframe and the listener, and calls nothing on the flow', async () => {
  const visitor = await visit()
  await visitor.mount(frameUrl(postScript({ step: END })))
  await visitor.readAll()
  await visitor.unmount()
  await visitor.unmount()
  const { frames, listeners, calls } = await visitor.read()
  assert.deepEqual([frames, listeners, calls], [[], 0, [['address']]])
})

test('the iframe and the listener are removed when the flow leaves the step', async () => {
  const visitor = await visit()
  await visitor.mount(frameUrl(postScript({ step: END })))
  await visitor.readAll()
  await visitor.leave()
  const { frames, listeners } = await visitor.read()
  assert.deepEqual([frames, listeners], [[], 0])
})

test('a step that is no longer current is not mounted', async () => {
  const visitor = await visit()
  await visitor.mount(frameUrl(postScript({ step: END })), { aborted: true })
  const { frames, listeners, calls, failures } = await visitor.read()
  assert.deepEqual([frames, listeners, calls, failures], [[], 0, [], []])
})

test('a step mounted, unmounted and mounted at once, as React does, opens one iframe', async () => {
  for (const kind of ['connect', 'redirect']) {
    const visitor = await visit()
    const address = frameUrl(`/* ${kind} twice */ ${postScript({ step: END, mx: true, type: END })}`)
    await visitor.page.evaluate(
      ([address, kind]) => {
        window.harness.mount(address, { kind })
        window.harness.unmount()
        window.harness.remount('main')
      },
      [address, kind],
    )
    const { calls, frames, listeners, reasons } = await visitor.readAll()
    assert.deepEqual([calls, frames.length, listeners, reasons], [[['address']], 1, 1, []])
    assert.equal(requests.filter(({ path }) => origins.vendor + path === address).length, 1)
  }
})

test('mounting a step in another container moves it there, with a new iframe', async () => {
  const visitor = await visit()
  await visitor.mount(frameUrl(`${postScript(MOUNTED, { step: END })}; onmessage = () => ${postScript(REDIRECT)}`))
  await visitor.readAll()
  await visitor.remount('aside')
  const moved = () => window.harness.read().events.length === 4
  await visitor.page.waitForFunction(moved)
  const { frames, listeners, events } = await visitor.read()
  assert.deepEqual([frames.map(({ place }) => place), listeners], [['aside'], 1])
  assert.deepEqual(
    events.map(({ step }) => step),
    ['APP_MOUNTED', END, 'APP_MOUNTED', END],
  )
  await visitor.page.evaluate(() => document.querySelector('iframe').contentWindow.postMessage('go', '*'))
  await visitor.page.waitForFunction(() => window.harness.read().events.length === 5)
  const { calls } = result(await visitor.read())
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
  institutionCode: undefined,
  reason: undefined,
  code: undefined,
  url: undefined,
  ...more,
})

test('the widget’s messages are read in any casing, from objects and from JSON', async () => {
  const messages = [
    [{ mx: true, type: 'mx/load' }, mx('mx/load')],
    [widget('mx/connect/loaded', { initial_step: 'mfa' }), mx('mx/connect/loaded', { current: 'mfa' })],
    [
      widget('mx/connect/stepChange', { previous: 'mfa', current: 'connected' }),
      mx('mx/connect/stepChange', { current: 'connected' }),
    ],
    [widget('mx/connect/submitMfa', member), mx('mx/connect/submitMFA', { memberGuid: 'MBR-1' })],
    [
      widget('MX/CONNECT/OAUTHREQUESTED', { url: 'https://bank.example' }),
      mx('mx/connect/oauthRequested', { url: 'https://bank.example' }),
    ],
    [widget('mx/connect/oauthRequested', { url: 'javascript:alert(1)' }), mx('mx/connect/oauthRequested')],
    ...['mx/ping', 'mx/focusTrap', 'mx/navigation', 'mx/connect/backToSearch'].map((type) => [widget(type), mx(type)]),
    [widget('mx/connect/connected/backToSearch'), mx('mx/connect/backToSearch')],
    [widget('mx/connect/memberConnected/primaryAction'), mx('mx/connect/connected/primaryAction')],
    [widget('mx/connect/institutionSearch', { query: 'mx' }), mx('mx/connect/institutionSearch')],
    [
      widget('mx/connect/selectedInstitution', { code: 'mxbank', guid: 'INS-1' }),
      mx('mx/connect/selectedInstitution', { institutionCode: 'mxbank' }),
    ],
    [
      widget('mx/connect/updateCredentials', { ...member, institution: { code: 'mxbank', guid: 'INS-1' } }),
      mx('mx/connect/updateCredentials', { memberGuid: 'MBR-1', institutionCode: 'mxbank' }),
    ],
    [
      widget('mx/connect/createMemberError', { institution_guid: 'INS-1', institution_code: 'mxbank' }),
      mx('mx/connect/createMemberError', { institutionCode: 'mxbank' }),
    ],
    [
      widget('mx/connect/memberError', { member: { guid: 'MBR-1', connection_status: 2 } }),
      mx('mx/connect/memberError', { memberGuid: 'MBR-1', connectionStatus: 2 }),
    ],
    ...['memberDeleted', 'initialDataReady', 'invalidData/primaryAction'].map((name) => [
      widget(`mx/connect/${name}`, member),
      mx(`mx/connect/${name}`, { memberGuid: 'MBR-1' }),
    ]),
    ...[1000, '1000'].map((code) => [
      widget('mx/connect/invalidData', { ...member, code }),
      mx('mx/connect/invalidData', { memberGuid: 'MBR-1', code: '1000' }),
    ]),
    ...['oauthComplete/error', 'mx/oauthComplete/error', 'mx/connect/oauthError'].map((type) => [
      widget(type, { ...member, error_reason: 'CANCELLED' }),
      mx(type.startsWith('mx/') ? type : `mx/${type}`, { memberGuid: 'MBR-1', reason: 'CANCELLED' }),
    ]),
    [widget('oauthComplete/error', { error_reason: '<b>' }), mx('mx/oauthComplete/error')],
    [
      widget('mx/client/oauthComplete', { url: landing('status=error&error_reason=DENIED&member_guid=MBR-1') }),
      mx('mx/client/oauthComplete', { reason: 'DENIED' }),
    ],
    [widget('mx/connect/somethingNew'), { kind: 'unknown', step: 'mx/connect/somethingNew' }],
  ]
  const expected = { calls: [], events: messages.map(([, event]) => event), reasons: [] }
  const objects = messages.map(([message]) => message)
  for (const posted of [objects, objects.map((message) => JSON.stringify(message))]) {
    const read = await postAndRead(postScript(...posted), { kind: 'redirect' })
    assert.deepEqual(result(read), expected)
    assert.ok(!/USR-|S-1/.test(shown(read)))
  }
})

test('the widget’s messages about its member reach the page and not the flow', async () => {
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
  const read = result(await postAndRead(postScript(...changes.map(([message]) => message)), { kind: 'redirect' }))
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

test('malformed messages of the widget are refused: MX’s SDK throws on null', async () => {
  const malformed = [
    ...[null, '', '{}', [], {}, MOUNTED, REDIRECT, { mx: true }, { mx: 'true', type: 'mx/load' }],
    ...[{ mx: true, type: 7 }, { mx: true, type: 'mx/ load' }, { type: 'mx/load' }],
  ]
  const read = await postAndRead(postScript(...malformed), { kind: 'redirect' })
  assert.deepEqual(result(read), nothing(...malformed.map(() => 'shape')))
})

test('mount in a page refuses a step without a page and options that are no object', async () => {
  const { mount } = await import(pathToFileURL(resolve('bank-mfa/connect')))
  const element = { ownerDocument: { defaultView: {} } }
  const pageUrl = () => assert.fail('asked for a URL')
  for (const [step, options, path] of [
    [null, {}, '/step'],
    [{ kind: 'challenge' }, {}, '/step'],
    [{ kind: 'connect' }, {}, '/step'],
    [{ kind: 'connect', pageUrl }, null, '/options'],
    [{ kind: 'connect', pageUrl }, { onEvent: () => {} }, '/options/onEvent'],
  ]) {
    assert.throws(() => mount(step, element, options), { name: 'FlowError', code: 'INVALID_INPUT', path })
  }
})

test('an element that querySelector did not find is refused, as is one without a page', async () => {
  const { mount } = await import(pathToFileURL(resolve('bank-mfa/connect')))
  const step = { kind: 'connect', signal: new AbortController().signal, pageUrl: () => assert.fail('asked for a URL') }
  for (const element of [null, undefined, {}, { ownerDocument: null }, { ownerDocument: { defaultView: null } }]) {
    assert.throws(() => mount(step, element), {
      ...{ name: 'FlowError', code: 'INVALID_INPUT', path: '/element' },
      message: /must be an element of the page; querySelector may have found none/,
    })
  }
})
