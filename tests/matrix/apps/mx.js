import { mx } from 'bank-mfa/mx'
import { mxFlow } from './flows.mjs'

export const run = (bank) => mxFlow({ mx }, bank)
