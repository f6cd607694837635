import { flinks, mx, restore } from 'bank-mfa'
import { mxFlow, restoredFlow } from './flows.mjs'

export async function run(bank) {
  await restoredFlow({ flinks, restore }, bank)
  await mxFlow({ mx }, bank)
}
