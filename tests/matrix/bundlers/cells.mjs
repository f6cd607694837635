/** The cells of a bundler. Each bundles an app of apps/ as its users do, and runs the bundle. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SLOW, install } from '../../examples/setup.mjs'
import { customerId } from '../../lib/bank.mjs'
import { flinks } from '../../lib/package.mjs'
import { flinksHost } from '../app/flows.mjs'
import { serveBank } from '../bank.mjs'
import { NotHere, row } from '../matrix.mjs'
import { PAGES, SERVERS, finish } from './entries.mjs'
import { brotliOf, copiesIn } from './shipped.mjs'
import { tools } from './tools.mjs'

const execute = promisify(execFile)
const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }
const PAGE = '<!doctype html><div id="root"></div><script type="module" src="/app.js"></script>'

/** The version of an npm package of tests/ or of tests/matrix/. */
export function versionOf(name) {
  const places = ['../node_modules', '../../node_modules'].map((place) => here(`${place}/${name}/package.json`))
  const manifest = places.find(existsSync)
  if (!manifest) throw new NotHere(`${name} is not installed`)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

/** The apps in a folder of their own, with the installed package and React. */
let installing
const installApps = async () => {
  const folder = await install('bundlers', here('../apps'))
  cpSync(here('../app/flows.mjs'), join(folder, 'flows.mjs'))
  return folder
}

/** Adds cells: `{ Vite: ['flinks', 'edge'] }`. In each, the bundle has one copy of each wasm that its app uses, and no other. */
export function addCells(rows) {
  for (const [name, columns] of Object.entries(rows)) {
    const tool = tools[name]
    const cell = row(name, () => versionOf(tool.package))

    /** Bundles an app for a page or for Node, with a script that runs it. Returns the folder of the bundle. */
    async function bundle(t, build, app, script, { wasms }) {
      const folder = await (installing ??= installApps())
      const out = join(folder, 'out', name, app)
      mkdirSync(out, { recursive: true })
      writeFileSync(join(folder, `run-${app}.js`), script)
      await build(folder, `run-${app}`, out)
      assert.deepEqual(copiesIn(out), wasms, 'the copies of each wasm')
      t.diagnostic(`${brotliOf(out)} bytes after brotli`)
      return out
    }

    for (const column of columns.filter((column) => PAGES[column])) {
      cell(
        column,
        async (t) => {
          const out = await bundle(t, tool.build, column, pageScript(column, tool), PAGES[column])
          const { address, check } = await serveBank((request) => serveFile(out, request))
          await finish(t, `${address}/`, PAGES[column])
          check()
        },
        SLOW,
      )
    }
    for (const column of columns.filter((column) => SERVERS[column])) {
      cell(
        column,
        async (t) => {
          const out = await bundle(t, tool.buildServer, column, serverScript(column), SERVERS[column])
          const { address, bank } = await serveBank()
          const script = readdirSync(out).find((file) => /^app\.[cm]?js$/.test(file))
          const env = { PATH: process.env.PATH, SETUP: JSON.stringify(await setup(address, bank)) }
          assert.equal((await execute(process.execPath, [join(out, script)], { env })).stdout, 'done\n')
        },
        SLOW,
      )
    }
  }
}

function pageScript(app, { wasm }) {
  const { file } = PAGES[app]
  const [statement, address] = file ? wasm(file) : ['', '']
  return `import { bank, show } from './page.js'\nimport { run } from './${app}.js'\n${statement}show(run(bank(), ${address}))\n`
}

const serverScript = (app) =>
  `import { run } from './${app}.js'\nrun(JSON.parse(process.env.SETUP)).then(console.log)\n`

/** What the app of a server needs. */
export async function setup(address, bank) {
  const host = { instance: 'toolbox', customerId, baseUrl: address }
  const params = { loginId: bank.loginId('Greatday'), mostRecentCached: true }
  const { requestId } = await flinks.authorize(params, flinksHost(address)).result()
  return { address, host, secretKey: bank.secretKey, apiKey: bank.keys.apiKey, requestId }
}

/** A file of a bundle. A bundle without a page gets one that loads `app.js`. */
function serveFile(folder, { url }) {
  const { pathname } = new URL(url)
  const file = join(folder, pathname === '/' ? 'index.html' : pathname)
  const type = TYPES[extname(file)]
  if (type && existsSync(file)) return new Response(readFileSync(file), { headers: { 'content-type': type } })
  if (pathname === '/favicon.ico') return new Response(null, { status: 204 })
  if (pathname === '/') return new Response(PAGE, { headers: { 'content-type': 'text/html' } })
}
