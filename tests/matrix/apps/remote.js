import { remote } from 'bank-mfa/remote'
import { remoteFlow } from './flows.mjs'

export const run = (bank) => remoteFlow({ remote }, bank)
