/** The installed package. The module `../../lib/package.mjs` would import more of it than is measured. */
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const app = process.env.BANK_MFA_APP ?? fileURLToPath(new URL('../../../target/app', import.meta.url))
const { resolve } = createRequire(`${app}/index.js`)

export const importEntry = (name) => import(pathToFileURL(resolve(name)))
