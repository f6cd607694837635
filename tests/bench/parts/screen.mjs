/** From the bank's question to the person's screen. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { BROWSER } from '../../lib/size.mjs'
import { app } from '../lib/app.mjs'
import { openBank } from '../lib/bank.mjs'
import { token } from '../lib/data.mjs'
import { summary } from '../lib/stats.mjs'

export const title = "From the bank's question to the screen"
export const method =
  "The time that is added to the vendor's own: from Flinks' reply with the question to the end of the frame that shows its " +
  'form, in Chromium, over loopback sockets. The edge runs in a Node server with its flows in memory, and its event stream ' +
  'brings the step to `<bank-mfa>`. The limit is a server that passes the reply on as an event, and a page with one field. In ' +
  'turns. A frame takes up to 17 ms, and there is no distance: add one way from your server to the page.'

const BANK_DELAY_MS = 300
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** A bank that takes its time, and remembers when it replied last. */
async function serveSlowBank() {
  const bank = openBank()
  const slow = { address: '', repliedAt: 0, close: () => server.close() }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const isToken = request.url.endsWith('/GenerateAuthorizeToken')
    const [status, text] = isToken
      ? [200, JSON.stringify({ HttpStatusCode: 200, Token: token })]
      : bank.reply(request.url, body)
    const reply = () => {
      slow.repliedAt = performance.timeOrigin + performance.now()
      response.writeHead(status, { 'content-type': 'application/json' }).end(text)
    }
    if (isToken) reply()
    else setTimeout(reply, BANK_DELAY_MS)
  })
  server.keepAliveTimeout = 0
  await once(server.listen(0, '127.0.0.1'), 'listening')
  slow.address = `http://127.0.0.1:${server.address().port}`
  return slow
}

async function bundlePage(folder) {
  // Beside the installed package, where the bundler finds it.
  cpSync(here('../screen/page.js'), join(folder, 'page.js'))
  await build({ ...BROWSER, entryPoints: [join(folder, 'page.js')], outfile: join(folder, 'bundle.js') })
  return join(folder, 'bundle.js')
}

export async function measure({ short }) {
  const turns = short ? 1 : 40
  const folder = join(app, 'bench-screen')
  const bank = await serveSlowBank()
  const server = fork(here('../screen/server.mjs'), [bank.address, await bundlePage(folder)])
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  const times = { limit: [], element: [] }
  try {
    const [address] = await once(server, 'message')
    const page = await browser.newPage()
    await page.goto(address)
    await page.waitForFunction('window.waitForElement')
    for (let turn = short ? 0 : -5; turn < turns; turn++) {
      const limit = (await page.evaluate(() => window.waitForBare())) - bank.repliedAt
      const element = (await page.evaluate((name) => window.waitForElement(name), `c_${turn}`)) - bank.repliedAt
      if (turn < 0) continue
      times.limit.push(limit)
      times.element.push(element)
    }
  } finally {
    await browser.close()
    server.disconnect()
    bank.close()
    rmSync(folder, { recursive: true })
  }
  const rowOf = (name, values) => ({
    name,
    aboveLimitMs: summary(values.map((ms, turn) => ms - times.limit[turn])),
    ms: summary(values),
  })
  const rows = [rowOf('an event stream by hand', times.limit), rowOf('bank-mfa: edge and element', times.element)]
  return { tables: [{ heading: "Added to the vendor's delay", rows }] }
}
