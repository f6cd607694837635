/** Makes the keys of this machine, which `wrangler dev` reads. Never commit them. */
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'

const seal = { current: 'k1', keys: { k1: randomBytes(32).toString('base64') } }
if (!existsSync('.dev.vars')) writeFileSync('.dev.vars', `SEAL_KEYS='${JSON.stringify(seal)}'\n`, { mode: 0o600 })
