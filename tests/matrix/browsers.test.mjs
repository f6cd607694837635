/** Chromium, Firefox and WebKit: flows in the page, the iframe, the element and an edge behind the page. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resolve } from '../lib/package.mjs'
import { serveBank } from './bank.mjs'
import { BROWSERS } from './browsers.mjs'
import { row } from './matrix.mjs'

const manifest = resolve('bank-mfa/package.json')
const root = dirname(manifest)
const app = fileURLToPath(new URL('app', import.meta.url))
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript' }

/** The package's entries for a page without a bundler. */
const imports = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(manifest, 'utf8')).exports)
    .filter(([, target]) => target.default)
    .map(([name, target]) => [name.replace('.', 'bank-mfa'), target.default.replace('.', '/bank-mfa')]),
)

const NONCE = 'bWF0cml4'

/** The page, its scripts and the vendor's page. The page has a strict policy. */
function serveFiles(request, { address }) {
  const { pathname } = new URL(request.url)
  const vendor = address.replace('127.0.0.1', 'localhost')
  const html = (body, headers = {}) =>
    new Response(`<!doctype html><meta charset="utf-8">${body}`, {
      headers: { 'content-type': 'text/html', ...headers },
    })
  if (pathname === '/page') {
    const policy = [
      "default-src 'none'",
      `script-src 'self' 'nonce-${NONCE}' 'wasm-unsafe-eval'`,
      "style-src 'self'",
      'img-src data:',
      `connect-src 'self' ${vendor}`,
      `frame-src ${vendor}`,
      "form-action 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
    ].join('; ')
    const map = JSON.stringify({ imports })
    return html(
      `<title>A shop</title><link rel="icon" href="data:,"><script type="importmap" nonce="${NONCE}">${map}</script>
      <body data-vendor="${vendor}"><main></main><script type="module" src="/app/page.mjs"></script>`,
      { 'content-security-policy': policy },
    )
  }
  if (request.method === 'GET' && pathname.startsWith('/v2')) return html('<script src="/app/vendor.js"></script>')
  const [, place, path] = /^\/(app|bank-mfa)\/([\w./-]+)$/.exec(pathname) ?? []
  const file = place && join({ app, 'bank-mfa': root }[place], path)
  if (!file || !existsSync(file)) return undefined
  return new Response(readFileSync(file), { headers: { 'content-type': TYPES[extname(file)] ?? 'application/wasm' } })
}

for (const [name, launch] of Object.entries(BROWSERS)) {
  let launched
  const browser = () => (launched ??= launch())
  const cell = row(name, async () => (await browser()).version)

  /** Opens the page for one cell. Afterwards the page must have broken no rule of its policy, and the bank no mistake. */
  const inPage = (column, run) =>
    cell(column, async () => {
      const { address, check } = await serveBank(serveFiles)
      const page = await browser()
      await page.open(`${address}/page`)
      await run(page)
      assert.deepEqual(await page.run('violations'), [], 'the page breaks no rule of its policy')
      check()
    })

  for (const column of ['flinks', 'mx', 'both', 'slim', 'remote']) inPage(column, (page) => page.run(column))

  inPage('connect', async (page) => {
    assert.deepEqual(await page.run('connect'), { method: 'mid-session', frames: 0, refused: [] })
  })

  inPage('element', async (page) => {
    await page.run('showElement')
    await page.run('elementShows', 'idle')
    await page.press('Tab')
    await page.press('Enter')
    await page.run('elementShows', 'challenge')
    await page.type('Montreal')
    await page.press('Enter')
    await page.run('elementShows', 'done')
    assert.equal(await page.run('focused'), 'Connected')
  })
}
