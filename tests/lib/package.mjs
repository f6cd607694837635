/** The package as its users have it: the packed tarball, installed into an empty folder. */
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { marking, ownText } from './canary.mjs'
import { watchCore, watchTraces } from './canary-places.mjs'

/** The folder into which the tarball is installed. */
export const app = process.env.BANK_MFA_APP ?? fileURLToPath(new URL('../../target/app', import.meta.url))

/** The file of an entry of the installed package. */
export const resolve = createRequire(`${app}/index.js`).resolve

const load = (file) => import(pathToFileURL(file))

export const { flinks, mx, restore, Flow, FlowError } = await load(resolve('bank-mfa'))
export const calls = await load(resolve('bank-mfa/calls'))
const simulated = await load(resolve('bank-mfa/simulator'))

const dist = join(dirname(resolve('bank-mfa/package.json')), 'dist')
for (const wasm of ['bank_mfa', 'flinks', 'mx', 'calls']) watchCore(await load(join(dist, `wasm/${wasm}.js`)))
for (const file of readdirSync(dist, { recursive: true })) {
  if (/\.(js|wasm)$/.test(file) && !/simulator|_inline/.test(file)) ownText(readFileSync(join(dist, file), 'latin1'))
}
watchTraces(await load(join(dist, 'flow/recorder.js')))

/** A simulated Flinks and MX. What its requests carry is looked for after the test. */
export function simulator(options) {
  const bank = simulated.simulator(options)
  bank.fetch = marking(bank.fetch)
  return bank
}
