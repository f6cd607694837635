/** Apps of frameworks/, bundled with the installed package and opened in Chromium. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { launch } from '../lib/browser.mjs'
import { app } from '../lib/package.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const browser = await launch()
const bundles = new Map()

/** Bundles an app in the framework's development mode, in which it warns. Returns the text of the one script. */
export async function bundle(file, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [here(`frameworks/${file}`)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxDev: true,
    define: { 'process.env.NODE_ENV': '"development"' },
    // The package is the one of the tarball; the frameworks are those of the tests.
    nodePaths: [join(app, 'node_modules'), here('../node_modules')],
    logLevel: 'error',
    ...options,
  })
  return outputFiles[0].text
}

/**
 * Opens a page that runs the app `file`. `html` is what stands in its body before. After the test, the browser must not have
 * logged an error or a warning, or only those that are `expected`.
 */
export async function openApp(t, file, { html = '', expected, ...options } = {}) {
  if (!bundles.has(file)) bundles.set(file, bundle(file, options))
  const replies = {
    '/': [
      'text/html',
      `<!doctype html><body><div id="root">${html}</div><script type="module" src="/app.js"></script>`,
    ],
    '/app.js': ['text/javascript', await bundles.get(file)],
  }
  const server = createServer(({ url }, response) => {
    const [type, body] = replies[url] ?? []
    response.writeHead(body ? 200 : 204, type && { 'content-type': `${type}; charset=utf-8` }).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  const page = await browser.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  t.after(async () => {
    await page.close()
    server.closeAllConnections()
    server.close()
    if (expected) assert.ok(complaints.length > 0 && complaints.every((text) => expected.test(text)), complaints.join())
    else assert.deepEqual(complaints, [])
  })
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  return page
}

/** What the simulated bank has counted, and how often the app listens to its flows. */
export const facts = (page) => page.evaluate(() => window.facts())

/** Starts a flow in `<bank-mfa>`, answers its two rounds, and waits until the app shows the institution of the result. */
export async function answerRounds(page, shown = 'output') {
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  for (const text of ['Montreal', 'Tremblay']) {
    await page.getByRole('textbox').fill(text)
    const prompt = await page.locator('legend').elementHandle()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await prompt.waitForElementState('hidden')
  }
  await page.locator(shown, { hasText: 'FlinksCapital' }).waitFor()
  const { answers, flows } = await facts(page)
  assert.deepEqual([answers, flows], [2, ['done']])
}
