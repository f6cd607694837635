/** What a minimal page or server program ships. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sizesOf, sum } from '../../lib/size.mjs'
import { app } from '../lib/app.mjs'

export const title = 'Size'
export const method =
  'A minimal app with each program, bundled and minified by esbuild for browsers, then brotli at quality 11: all files that ' +
  'a page loads, the wasm among them. An app that draws in React is counted without React.'

/** The apps of ../../size. */
const OWN = {
  'bank-mfa/remote + connect': 'remote',
  'bank-mfa/element': 'element',
  'bank-mfa/flinks/slim': 'flinks-slim',
  'bank-mfa/flinks': 'flinks',
  'bank-mfa/mx/slim': 'mx-slim',
  'bank-mfa/mx': 'mx',
  'bank-mfa': 'default',
}
/** The apps of ../size. */
const PEERS = {
  '@rizwannur/flinks': 'rizwannur',
  'mx-platform-node': 'platform-node',
  'zod + ky + xstate': 'hand-written',
  '@okta/okta-auth-js': 'okta',
  oauth4webapi: 'oauth4webapi',
  'react-plaid-link': 'plaid-link',
  '@mxenabled/connect-widget': 'connect-widget',
}
/** `bank-mfa/flinks` is 1. */
const UNIT = 'bank-mfa/flinks'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
/** React is the page's own. What is Node's has no place in a page. */
const EXTERNAL = ['react', 'react-dom', 'react/jsx-runtime', 'node:*', 'crypto']

async function measureApps(apps, folder, options) {
  const rows = []
  for (const [name, file] of Object.entries(apps)) {
    const shipped = join(app, 'bench-shipped', file)
    const sizes = await sizesOf(join(folder, `${file}.js`), shipped, options)
    rows.push({ name, brotli: sum(sizes, 'brotli'), raw: sum(sizes, 'raw') })
  }
  return rows
}

export async function measure({ short }) {
  const own = join(app, 'bench-size')
  cpSync(here('../../size'), own, { recursive: true })
  const peers = short ? { oauth4webapi: PEERS.oauth4webapi } : PEERS
  const measured = [
    ...(await measureApps(OWN, own)),
    ...(await measureApps(peers, here('../size'), {
      external: EXTERNAL,
      entryNames: '[name]',
      jsx: 'automatic',
    })),
  ]
  for (const folder of ['bench-size', 'bench-shipped']) rmSync(join(app, folder), { recursive: true })
  const unit = measured.find(({ name }) => name === UNIT).brotli
  const rows = measured.map(({ name, brotli, ...rest }) => ({
    name,
    times: Number((brotli / unit).toPrecision(3)),
    brotli,
    ...rest,
  }))
  return { tables: [{ heading: 'What an app ships', rows }] }
}
