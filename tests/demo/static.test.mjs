/** The demo as static files in a folder of another site: the banks run in the page. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { app } from '../lib/package.mjs'
import test, { after } from '../lib/test.mjs'
import { browser } from './fixtures.mjs'
import { Visitor } from './visitor.mjs'

const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.svg': 'image/svg+xml' }
const PACKAGE = join(app, 'node_modules/bank-mfa/')
const SITE = join(PACKAGE, 'demo/site/')

const server = createServer(async ({ url }, response) => {
  const path = /^\/docs\/demo\/([^?]*)/.exec(url)?.[1] || 'index.html'
  const file = path.startsWith('pkg/') ? PACKAGE + path.slice('pkg/'.length) : SITE + path
  const content = await readFile(file).catch(() => null)
  response.writeHead(content ? 200 : 404, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
  response.end(content)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => server.close())
const url = `http://127.0.0.1:${server.address().port}/docs/demo/`

async function visitStatic(t, address = '') {
  const page = await browser.newPage()
  t.after(() => page.close())
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  const visitor = new Visitor(page, { url })
  await page.goto(url + address)
  await visitor.waitUntilReady()
  t.after(() => assert.deepEqual(errors, []))
  return visitor
}

/** Flows that end in the page, and what happens in them. */
const FLOWS = {
  '#flinks/Greatday': (visitor) => visitor.answer('Montreal'),
  '#flinks/Greatday?start=reconnect&answer=form': (visitor) => visitor.answer('Montreal'),
  '#flinks/slow_pending': async (visitor) => {
    await visitor.skipWait()
    await visitor.skipWait()
  },
  '#mx/text?start=create': async (visitor) => {
    await visitor.skipWaits()
    await visitor.answer('Chicago')
    await visitor.skipWaits(2)
  },
}

test('flows of both vendors run to their end in the page, and make no call to a server', async (t) => {
  const visitor = await visitStatic(t)
  const requests = []
  visitor.page.on('request', (request) => request.resourceType() === 'fetch' && requests.push(request.url()))
  for (const [address, run] of Object.entries(FLOWS)) {
    await visitor.page.goto(url + address)
    await visitor.waitForState('idle')
    await visitor.click('#start')
    await run(visitor)
    assert.equal((await visitor.readOutcome()).ending, 'done', address)
    assert.ok((await visitor.requestLog()).length > 0)
  }
  assert.deepEqual(requests, [])
})

test('what needs a server is left out, also from a link, and the page says how to get it', async (t) => {
  const { page } = await visitStatic(t, '#flinks/Greatday?runtime=edge')
  await page.getByText('The address names “runtime=edge”, which is unknown or not possible here.').waitFor()
  for (const name of ['At the edge', 'First connection', 'Block cross-origin requests']) {
    assert.equal(await page.getByText(name, { exact: true }).isVisible(), false, name)
  }
  await page.getByText('npx bank-mfa demo').waitFor()
  assert.equal(await page.getByRole('link', { name: 'Flinks’ iframe' }).count(), 0)
})

test('where the flow leads to the vendor’s own page, the page says how to see it', async (t) => {
  const visitor = await visitStatic(t, '#flinks/broken_login?start=reconnect&answer=form')
  await visitor.click('#start')
  await visitor.waitForState('connect')
  await visitor.page.getByText('Here your user continues on the vendor’s own page').waitFor()
  assert.equal(await visitor.frame.count(), 0)
})
