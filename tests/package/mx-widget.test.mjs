/** MX's widget as the way to answer: the flow's side, and the simulated page in Chromium. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { launch } from '../tools/browser.mjs'
import { VERSIONS, bench, ending, job, member, openWidget, resolve, until } from './mx-bench.mjs'

const browser = await launch()

const asked = (who) => ({ ...job(who), presentation: 'widget' })

for (const version of VERSIONS) {
  test(`a CHALLENGED member opens the widget at its question, and is looked at meanwhile, in ${version}`, async (t) => {
    const stage = bench(t)
    const flow = stage.start(asked('three_rounds'), { version })
    const step = await until(flow, 'redirect')
    const { json, reply } = stage.wire.calls.at(-1)
    assert.equal(step.url, reply.json.widget_url.url)
    assert.equal(json.widget_url.current_member_guid, member('three_rounds').memberGuid)
    const widget = await openWidget(stage.bank, step.url)
    for (let round = 0; round < 3; round++) {
      await widget.answer(JSON.stringify(stage.right()))
      do await stage.look()
      while (flow.current === step && (await widget.look()).state === 'works')
    }
    assert.equal((await flow.result()).connectionStatus, 'CONNECTED')
    assert.equal(step.signal.aborted, true)
    assert.equal(stage.purposes().filter((purpose) => purpose === 'widget_urls').length, 1)
    assert.deepEqual([stage.sent(), stage.bank.counts().broken], [[], {}])
  })
}

test('a look that is lost does not take the widget away', async (t) => {
  const stage = bench(t)
  const flow = stage.start(asked('text'))
  const step = await until(flow, 'redirect')
  stage.bank.fault({ on: 'poll', kind: 'lost-reply', times: 2 })
  // A look that is lost is repeated a little later than after the interval.
  for (let looks = 0; looks < 5; looks++) await stage.look()
  assert.equal(stage.purposes().slice(-3).join(), 'status,status,status')
  assert.deepEqual([flow.current, step.signal.aborted], [step, false])
})

test('no snapshot holds a widget’s address, and taken up the flow asks for another one', async (t) => {
  const stage = bench(t)
  const flow = stage.start(asked('text'))
  const { url } = await until(flow, 'redirect')
  assert.ok(!flow.snapshot().includes('md/connect'))
  const again = stage.restore(flow.snapshot())
  const step = await until(again, 'redirect')
  assert.notEqual(step.url, url)
})

// The page ----------------------------------------------------------------------------------------

for (const text of [false, true]) {
  test(`mounted in a page, the widget asks and tells, in ${text ? 'JSON text' : 'objects'}`, async (t) => {
    const stage = bench(t, { widgetPostsText: text }, { mayHurry: true })
    const visitor = await visit(t, stage)
    const flow = stage.start(asked('text'))
    const { url } = await until(flow, 'redirect')
    const { frame, events } = await visitor.mount(url)
    await frame.getByRole('textbox').fill(member('text').responses[0][0])
    await frame.getByRole('button', { name: 'Continue' }).click()
    await frame.getByText('One moment').waitFor()
    stage.bank.clock.advance(5_000)
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
    assert.deepEqual(stage.sent(), [])
  })
}

/** A page in Chromium, whose widget is the simulator's behind a server of its own origin. */
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
          const { mount } = await import('/dist/entries/connect.js')
          window.events = []
          mount({ kind: 'redirect', url }, document.querySelector('main'), {
            onEvent: (event) => window.events.push(event),
          })
        },
        url.replace(/^https:\/\/[^/]+/, origin('localhost')),
      )
      return { frame: page.frameLocator('iframe'), events: () => page.evaluate(() => window.events) }
    },
  }
}
