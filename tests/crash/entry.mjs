/** The installed package. A worker starts for each point, so this file imports nothing else. */
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const app = process.env.BANK_MFA_APP ?? fileURLToPath(new URL('../../target/app', import.meta.url))
const { resolve } = createRequire(`${app}/index.js`)

export const { edge, postgres, postgresTable, sealer } = await import(pathToFileURL(resolve('bank-mfa/edge')))
