/** The releases of the package that a run uses: the installed one, and another one if `BANK_MFA_APP_OTHER` names it. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { app } from '../lib/package.mjs'

async function release(folder) {
  const { resolve } = createRequire(`${folder}/index.js`)
  const load = (file) => import(pathToFileURL(file))
  const entry = (name) => load(resolve(name))
  const { FORMAT } = await load(`${folder}/node_modules/bank-mfa/dist/edge/records/flow-record.js`)
  const [flows, edges, remotes] = await Promise.all(['bank-mfa', 'bank-mfa/edge', 'bank-mfa/remote'].map(entry))
  return { ...flows, ...edges, ...remotes, format: FORMAT }
}

const other = process.env.BANK_MFA_APP_OTHER
export const releases = await Promise.all([app, ...(other ? [other] : [])].map(release))

/** Whether a release cannot read what another one has stored. */
export const formatsDiffer = new Set(releases.map(({ format }) => format)).size > 1

/** The keys that seal the records. A first use derives them, which must not be a part of the first world. */
export const SEAL = { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } }
for (const { sealer } of releases) await sealer(SEAL).seal('', '')
