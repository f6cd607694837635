import { flinks } from 'bank-mfa/flinks'
import { flinksFlow } from './flows.mjs'

export const run = (bank) => flinksFlow({ flinks }, bank)
