/** The server in the guide's section "Try it in a browser", with its page in Chromium. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { launch } from '../lib/browser.mjs'
import test from '../lib/test.mjs'
import { createWorkspace } from './workspace.mjs'

const guide = readFileSync(fileURLToPath(new URL('../../www/docs/deploy/server.md', import.meta.url)), 'utf8')
const [section] = guide.match(/^## Try it in a browser\n.*?(?=^## )/ms)
const [server, page] = Array.from(section.matchAll(/^```js\n(.*?)^```/gms), ([, text]) => text)
const browser = await launch()

async function freePort() {
  const listener = createServer()
  await once(listener.listen(0, 'localhost'), 'listening')
  const { port } = listener.address()
  await new Promise((resolve) => listener.close(resolve))
  return port
}

test("the guide's server for development connects a bank in a browser", async (t) => {
  const folder = createWorkspace('docs-server')
  const port = await freePort()
  writeFileSync(join(folder, 'server.mjs'), server.replaceAll('8000', port))
  writeFileSync(join(folder, 'page.js'), page)
  await build({
    entryPoints: [join(folder, 'page.js')],
    bundle: true,
    format: 'esm',
    outfile: join(folder, 'dist/page.js'),
  })
  const running = spawn('node', ['server.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => running.kill())
  let errors = ''
  running.stderr.on('data', (text) => (errors += text))
  const [line] = await Promise.race([once(running.stdout, 'data'), once(running, 'exit')])
  assert.equal(String(line), `Open http://localhost:${port}\n`, errors)

  const visit = await browser.newPage()
  t.after(() => visit.close())
  await visit.goto(`http://localhost:${port}`)
  await visit.getByRole('button', { name: 'Connect your bank' }).click()
  await visit.getByText('Where should we send your code?').waitFor()
  const groups = visit.getByRole('group')
  for (const group of await groups.all()) await group.getByRole('radio').first().check()
  await visit.getByRole('button', { name: 'Send' }).click()
  await visit.getByText('Enter the code we just sent you').waitFor()
  await visit.getByRole('textbox').fill('123456')
  await visit.getByRole('button', { name: 'Send' }).click()
  await visit.getByText('Your bank is connected.').waitFor()
  assert.equal(errors, '')
})
