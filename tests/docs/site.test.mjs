/** The built site in target/site. `make site` itself fails if a link leads to no page. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENTRIES, markdownFiles } from '../../www/docs/pages.mjs'
import { launch } from '../lib/browser.mjs'
import { resolve } from '../lib/package.mjs'
import test, { before } from '../lib/test.mjs'

const site = fileURLToPath(new URL('../../target/site', import.meta.url))
const read = (path) => readFileSync(join(site, path), 'utf8')
const files = readdirSync(site, { recursive: true }).filter((path) => !path.startsWith('demo'))
const pages = files.filter((path) => path.endsWith('.html'))
const browser = launch()

/** As on a host for static files: `/reconnect` is `reconnect.html`. */
const fileOf = (path) =>
  [path, `${path}.html`, join(path, 'index.html')].find((file) => extname(file) && existsSync(join(site, file)))

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
let address

before(async () => {
  const server = createServer(({ url }, response) => {
    const file = fileOf(decodeURIComponent(new URL(url, 'http://x').pathname))
    response.writeHead(file ? 200 : 404, { 'content-type': TYPES[extname(file ?? '')] ?? 'application/octet-stream' })
    response.end(file && readFileSync(join(site, file)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  server.unref()
  address = `http://127.0.0.1:${server.address().port}`
})

test('the reference has a page for every entry of the package that has types', () => {
  const { exports } = JSON.parse(readFileSync(resolve('bank-mfa/package.json'), 'utf8'))
  const typed = Object.keys(exports).filter((path) => exports[path].types?.endsWith('.d.ts'))
  assert.deepEqual(Object.keys(ENTRIES).sort(), typed.map((path) => path.replace('.', 'bank-mfa')).sort())
  for (const entry of Object.keys(ENTRIES)) assert.ok(files.includes(`api/${entry}.html`), entry)
})

test('each page is beside its plain Markdown, without the comments of the tests, and llms.txt links it', () => {
  const links = [...read('llms.txt').matchAll(/\]\(\/(.*?)\)/g)].map(([, path]) => path)
  for (const path of markdownFiles()) {
    assert.ok(files.includes(path.replace(/md$/, 'html')), path)
    assert.doesNotMatch(read(path), /<!--/, path)
    assert.ok(links.includes(path), path)
  }
  for (const path of links) assert.ok(files.includes(path), path)
})

test('each link to a part of a page leads to a part that exists', () => {
  const ids = new Map(
    pages.map((page) => [page, new Set([...read(page).matchAll(/ id="(.*?)"/g)].map(([, id]) => id))]),
  )
  const wrong = []
  let count = 0
  for (const page of pages) {
    for (const [, href] of read(page).matchAll(/<a [^>]*href="([^"]*#[^"]+)"/g)) {
      const { origin, pathname, hash } = new URL(href, `https://x.example/${page}`)
      if (origin !== 'https://x.example') continue
      count += 1
      const target = ids.get(fileOf(pathname)?.replace(/^\//, ''))
      if (!target?.has(decodeURIComponent(hash.slice(1)))) wrong.push(`${page}: ${href}`)
    }
  }
  assert.ok(count > 500)
  assert.deepEqual(wrong, [])
})

test('the site loads nothing from elsewhere, logs no error, and finds a code by its name', async (t) => {
  const page = await (await browser).newPage()
  t.after(() => page.close())
  const complaints = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.origin !== address) complaints.push(request.url())
  })
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))

  await page.goto(`${address}/getting-started`)
  await page.getByRole('button', { name: 'Search' }).first().click()
  await page.getByRole('searchbox').fill('outcome-unknown')
  await page.getByRole('option').first().click()
  await page.waitForURL((url) => !url.pathname.endsWith('/getting-started'))
  await page.getByRole('main').waitFor()
  assert.deepEqual(complaints, [])
})
