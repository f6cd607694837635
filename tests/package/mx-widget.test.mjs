/** Answering in MX's widget: the flow, and the simulated widget in Chromium. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from '../lib/test.mjs'
import { launch } from '../lib/browser.mjs'
import { VERSIONS, ending, job, member, openWidget, resolve, setup, until, untilStep } from './mx-setup.mjs'

const browser = await launch()
const { connectWebView, vendorEvents } = await import(pathToFileURL(resolve('bank-mfa/connect')))

const widgetJob = (memberName) => ({ ...job(memberName), presentation: 'widget' })

for (const version of VERSIONS) {
  test(`a CHALLENGED member gets the widget, and the flow polls meanwhile, in ${version}`, async (t) => {
    const env = setup(t)
    const flow = env.start(widgetJob('three_rounds'), { version })
    const step = await untilStep(flow, 'redirect')
    const { json, reply } = env.wire.calls.at(-1)
    assert.equal(step.url, reply.json.widget_url.url)
    assert.equal(json.widget_url.current_member_guid, member('three_rounds').memberGuid)
    const widget = await openWidget(env.bank, step.url)
    for (let round = 0; round < 3; round++) {
      await widget.answer(JSON.stringify(env.right()))
      do await env.pollOnce()
      while (flow.current === step && (await widget.look()).state === 'works')
    }
    assert.equal((await flow.result()).connectionStatus, 'CONNECTED')
    assert.equal(step.signal.aborted, true)
    assert.equal(env.purposes().filter((purpose) => purpose === 'widget_urls').length, 1)
    assert.deepEqual([env.sent(), env.bank.counts().broken], [[], {}])
  })
}

test('the widget stays open if polls are lost', async (t) => {
  const env = setup(t)
  const flow = env.start(widgetJob('text'))
  const step = await untilStep(flow, 'redirect')
  env.bank.fault({ on: 'poll', kind: 'lost-reply', times: 2 })
  for (let polls = 0; polls < 3; polls++) await env.pollOnce()
  assert.equal(env.purposes().slice(-3).join(), 'status,status,status')
  assert.deepEqual([flow.current, step.signal.aborted], [step, false])
})

test('a snapshot does not hold the widget’s address, and the restored flow gets another one', async (t) => {
  const env = setup(t)
  const flow = env.start(widgetJob('text'))
  const { url } = await untilStep(flow, 'redirect')
  assert.ok(!flow.snapshot().includes('md/connect'))
  const again = env.restore(flow.snapshot())
  const step = await untilStep(again, 'redirect')
  assert.notEqual(step.url, url)
})

const widgetUrls = ({ wire }) => wire.calls.flatMap(({ reply }) => reply?.json?.widget_url?.url ?? [])

test('pageUrl() gives each caller an address that was not opened, and the step stays', async (t) => {
  const env = setup(t)
  const flow = env.start(widgetJob('text'))
  const step = await untilStep(flow, 'redirect')
  assert.equal(step.purpose, 'widget')
  const asked = await Promise.all([step.pageUrl(), step.pageUrl(), step.pageUrl()])
  assert.deepEqual(asked, widgetUrls(env))
  assert.equal(new Set(asked).size, 3)
  assert.deepEqual([flow.current, step.signal.aborted, step.url], [step, false, asked[2]])
  for (const url of asked) await openWidget(env.bank, url)
  assert.deepEqual(env.bank.counts().broken, {})
})

test('pageUrl() gives a fresh address after ten minutes, also if nobody opened the first one', async (t) => {
  const env = setup(t, { challengeMinutes: 60 })
  const flow = env.start(widgetJob('text'))
  const step = await untilStep(flow, 'redirect')
  const [first] = widgetUrls(env)
  for (let minutes = 0; minutes < 9; minutes++) {
    env.bank.clock.advance(60_000)
    await env.pollOnce()
  }
  assert.equal(step.url, first)
  env.bank.clock.advance(60_000)
  const later = await step.pageUrl()
  assert.notEqual(later, first)
  assert.equal(flow.current, step)
  await openWidget(env.bank, later)
})

test('pageUrl() waits for a poll that is under way', async (t) => {
  const env = setup(t)
  let release
  let held
  const fetch = async (url, init) => {
    const reply = await env.wire.fetch(url, init)
    if (url.endsWith('/status')) await held
    return reply
  }
  const flow = env.start(widgetJob('text'), { fetch })
  const step = await untilStep(flow, 'redirect')
  held = new Promise((resolve) => (release = resolve))
  const [first, calls] = [step.url, env.wire.calls.length]
  env.bank.clock.advance(3_000)
  await until(() => env.wire.calls.length > calls, 'the flow polls')
  let address
  const asked = step.pageUrl().then((url) => (address = url))
  await env.callsMeanwhile()
  assert.equal(address, undefined)
  release()
  assert.equal(await asked, first)
  assert.equal(flow.current, step)
})

test('pageUrl() rejects if no fresh address comes, the window stays, and another call gets one', async (t) => {
  const env = setup(t)
  const flow = env.start(widgetJob('text'))
  const step = await untilStep(flow, 'redirect')
  await step.pageUrl()
  for (const [fault, code] of [
    [{ kind: 'lost-reply' }, 'unreachable'],
    [{ kind: 'html' }, 'unreachable'],
    [{ kind: 'status', status: 429 }, 'unreachable'],
  ]) {
    env.bank.fault({ on: 'window', ...fault })
    await assert.rejects(step.pageUrl(), { name: 'FlowError', code, next: 'retry-later' })
    assert.deepEqual([flow.current, step.signal.aborted], [step, false])
  }
  await openWidget(env.bank, await step.pageUrl())
})

test('pageUrl() rejects if the flow leaves the step', async (t) => {
  const env = setup(t)
  const flow = env.start(widgetJob('text'))
  const step = await untilStep(flow, 'redirect')
  const widget = await openWidget(env.bank, await step.pageUrl())
  await widget.answer(JSON.stringify(env.right()))
  while (flow.current === step) await env.pollOnce()
  await assert.rejects(step.pageUrl(), { code: 'OUT_OF_TURN', next: 'answer-again', flowId: flow.id })
  const other = env.start(widgetJob('three_rounds'))
  const late = await untilStep(other, 'redirect')
  const first = late.pageUrl()
  const refused = assert.rejects(
    first.then(() => late.pageUrl()),
    { code: 'OUT_OF_TURN' },
  )
  await first
  other.cancel()
  await refused
})

test('a member that must sign in again gets the widget, and the flow goes on after the sign-in', async (t) => {
  const env = setup(t)
  const flow = env.start(widgetJob('denied'))
  const step = await untilStep(flow, 'redirect')
  assert.equal(step.purpose, 'widget')
  const widget = await openWidget(env.bank, await step.pageUrl())
  assert.equal((await widget.look()).state, 'credentials')
  for (let polls = 0; polls < 3; polls++) await env.pollOnce()
  assert.equal(flow.current, step, 'the status from before does not end the flow')
  const { credentials } = await env.update('denied', 'Renewed')
  await widget.signIn(credentials)
  while (flow.current === step) await env.pollOnce()
  assert.equal((await flow.result()).connectionStatus, 'CONNECTED')
})

test('if the user closes the widget and nothing has changed, the flow ends with its failure', async (t) => {
  const env = setup(t)
  const flow = env.start(widgetJob('locked'))
  const step = await untilStep(flow, 'redirect')
  await openWidget(env.bank, await step.pageUrl())
  step.returned()
  await assert.rejects(flow.result(), { code: 'bank-action-required', next: 'visit-bank', vendorCode: 'LOCKED' })
  assert.ok(step.signal.aborted)
})

test('with signIn never, the flow ends without a widget', async (t) => {
  const env = setup(t)
  const flow = env.start({ ...widgetJob('denied'), signIn: 'never' })
  assert.equal(await ending(flow), 'credentials-refused')
  assert.deepEqual(widgetUrls(env), [])
})

// The page ----------------------------------------------------------------------------------------

for (const text of [false, true]) {
  test(`the mounted widget shows the challenge, and posts its messages as ${text ? 'JSON text' : 'objects'}`, async (t) => {
    const env = setup(t, { widgetPostsText: text }, { mayHurry: true })
    const visitor = await visit(t, env)
    const flow = env.start(widgetJob('text'))
    const { url } = await untilStep(flow, 'redirect')
    const { frame, events } = await visitor.mount(url)
    await frame.getByRole('textbox').fill(member('text').responses[0][0])
    await frame.getByRole('button', { name: 'Continue' }).click()
    await frame.getByText('One moment').waitFor()
    env.bank.clock.advance(5_000)
    await frame.getByRole('button', { name: 'Done' }).click()
    await visitor.page.waitForFunction(() => window.events.at(-1)?.type === 'mx/connect/connected/primaryAction')
    const { memberGuid } = member('text')
    assert.deepEqual(
      (await events()).map(({ type, ...event }) => [type, event.memberGuid ?? event.current, event.connectionStatus]),
      [
        ['mx/load', undefined, undefined],
        ['mx/connect/loaded', 'mfa', undefined],
        ['mx/connect/memberStatusUpdate', memberGuid, 3],
        ['mx/connect/submitMFA', memberGuid, undefined],
        ['mx/connect/stepChange', 'connecting', undefined],
        ['mx/connect/memberStatusUpdate', memberGuid, 18],
        ['mx/connect/stepChange', 'connected', undefined],
        ['mx/connect/memberStatusUpdate', memberGuid, 6],
        ['mx/connect/memberConnected', memberGuid, undefined],
        ['mx/connect/connected/primaryAction', undefined, undefined],
      ],
    )
    assert.equal(await ending(flow), 'done')
    assert.deepEqual(env.sent(), [])
  })
}

/** A page in Chromium. The simulator serves the widget on an origin of its own. */
async function visit(t, { bank }) {
  const dist = join(dirname(resolve('bank-mfa/connect')), '..')
  const server = createServer(async (request, response) => {
    const reply = (type, body) => response.writeHead(200, { 'content-type': type }).end(body)
    if (request.url === '/') return reply('text/html', '<!doctype html><main></main>')
    const file = request.url.match(/^\/dist\/([\w/-]+\.js)$/)
    if (file) return reply('text/javascript', readFileSync(join(dist, file[1])))
    const chunks = await request.toArray()
    const { method, headers } = request
    const body = method === 'POST' ? Buffer.concat(chunks) : undefined
    const address = `http://${headers.host}${request.url}`
    const answer = await bank.fetch(address, {
      method,
      headers: { 'content-type': headers['content-type'] ?? '' },
      body,
    })
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = (name) => `http://${name}:${server.address().port}`
  const page = await browser.newPage()
  t.after(async () => {
    await page.close()
    server.closeAllConnections()
    server.close()
  })
  await page.goto(origin('127.0.0.1'))
  return {
    page,
    async mount(url) {
      await page.evaluate(
        async (url) => {
          const { mount, vendorEvents } = await import('/dist/entries/connect.js')
          window.events = []
          mount({ kind: 'redirect', pageUrl: async () => url }, document.querySelector('main'), {
            onEvent: vendorEvents((event) => window.events.push(event)),
          })
        },
        url.replace(/^https:\/\/[^/]+/, origin('localhost')),
      )
      return { frame: page.frameLocator('iframe'), events: () => page.evaluate(() => window.events) }
    },
  }
}

test('the widget in a mobile WebView sends addresses, which connectWebView reads', async (t) => {
  const env = setup(t, {}, { mayHurry: true })
  const parameters = { presentation: 'widget', isMobileWebview: true, uiMessageWebviewUrlScheme: 'myapp' }
  const flow = env.start({ ...job('text'), ...parameters })
  const [events, reasons] = [[], []]
  const { kind, pageUrl } = await untilStep(flow, 'redirect')
  // Without the step's signal, so that the bridge also reads what the widget sends after the flow has left the step.
  const bridge = connectWebView(
    { kind, pageUrl },
    {
      onEvent: vendorEvents(({ type }) => events.push(type)),
      onRefused: ({ reason }) => reasons.push(reason),
    },
  )
  const page = await browser.newPage()
  t.after(() => page.close())
  await page.route('**', async (route) => {
    const request = route.request()
    const body = request.postData() ?? undefined
    const reply = await env.bank.fetch(request.url(), { method: request.method(), headers: request.headers(), body })
    const { status, headers } = reply
    await route.fulfill({ status, headers: Object.fromEntries(headers), body: Buffer.from(await reply.arrayBuffer()) })
  })
  await page.exposeFunction('toApp', (url) => bridge.message(url, page.url()))
  // A WebView asks its app before it loads an address.
  await page.addInitScript(() => {
    navigation.addEventListener('navigate', (event) => {
      const { url } = event.destination
      if (!url.startsWith('myapp:')) return
      event.preventDefault()
      window.toApp(url)
    })
  })
  await page.goto(await bridge.url())
  await page.getByRole('textbox').fill(member('text').responses[0][0])
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('One moment').waitFor()
  env.bank.clock.advance(5_000)
  await page.getByRole('button', { name: 'Done' }).click()
  await until(() => events.at(-1) === 'mx/connect/connected/primaryAction', 'the widget reports its end')
  assert.deepEqual([events[0], reasons], ['mx/load', []])
  assert.ok(events.includes('mx/connect/memberConnected'))
  assert.equal(await ending(flow), 'done')
})
