/**
 * Next.js with both of its bundlers: each entry for pages in a client component, the edge and the single calls in route handlers,
 * and a flow in a middleware, which Next runs in its edge runtime.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, npmRun, startServer } from '../examples/setup.mjs'
import { serveBank } from './bank.mjs'
import { setup, versionOf } from './bundlers/cells.mjs'
import { PAGES, finish } from './bundlers/entries.mjs'
import { copiesOf } from './bundlers/shipped.mjs'
import { row } from './matrix.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const ROWS = { 'Next.js': [], 'Next.js with webpack': ['--webpack'] }

/** A client component that runs an app. */
const component = (app, file) => `'use client'
import { useEffect } from 'react'
import { bank, show } from '../../apps/page.js'
import { run } from '../../apps/${app}.js'

export default function Page() {
  useEffect(() => show(run(bank(), ${file ? `new URL('${file}', import.meta.url)` : ''})), [])
  return <div id="root" />
}
`

/** Builds the app of next/ with a page for each entry. Returns its folder. */
async function build(args) {
  const folder = await install('next', here('next'))
  cpSync(here('apps'), join(folder, 'apps'), { recursive: true })
  cpSync(here('app/flows.mjs'), join(folder, 'apps/flows.mjs'))
  for (const [app, { file }] of Object.entries(PAGES)) {
    mkdirSync(join(folder, 'app', app))
    writeFileSync(join(folder, 'app', app, 'page.js'), component(app, file))
  }
  await npmRun(folder, 'build', args)
  return folder
}

/** Starts the app beside a bank. Returns the addresses of both. */
async function start(t, folder) {
  const { address, bank, connections, check } = await serveBank()
  const connectUrl = address
  const { host, ...rest } = await setup(address, bank)
  const env = { SETUP: JSON.stringify({ ...rest, host: { ...host, connectUrl }, connections }) }
  const { url } = await startServer(t, folder, { env })
  return { url, bank: address, check }
}

for (const [name, args] of Object.entries(ROWS)) {
  const cell = row(name, () => versionOf('next'))
  let building
  /** The bundler takes the longest, so the cells have more time than others. */
  const add = (column, run) => cell(column, async (t) => run(t, await (building ??= build(args))), { timeout: 240_000 })

  for (const [app, page] of Object.entries(PAGES)) {
    add(app, async (t, folder) => {
      const { url, bank, check } = await start(t, folder)
      // A page with a wasm calls the vendors; the others call the edge of this app.
      const query = Object.keys(page.wasms).length > 0 ? `?bank=${bank}` : ''
      const loaded = await finish(t, `${url}/${app}${query}`, page)
      assert.deepEqual(copiesOf(loaded), page.wasms, 'the copies of each wasm that the page loads')
      check()
    })
  }
  const reads = (path) => async (t, folder) => {
    const { url } = await start(t, folder)
    assert.equal(await (await fetch(url + path)).text(), 'done')
  }
  add('calls', reads('/calls'))
  add('middleware', reads('/middleware'))
}
