/** Runs the flows in a runtime without a page. Its result has a text for each column: `ok`, or what went wrong. */
import * as both from 'bank-mfa'
import { edge, memoryStore } from 'bank-mfa/edge'
import { flinks } from 'bank-mfa/flinks'
import * as slim from 'bank-mfa/flinks/slim'
import { mx } from 'bank-mfa/mx'
import { remote } from 'bank-mfa/remote'
import { edgeFlow, flinksFlow, mxFlow, remoteFlow, restoredFlow, slimFlow } from './flows.mjs'

const FLOWS = {
  flinks: (address) => flinksFlow({ flinks }, address),
  mx: (address) => mxFlow({ mx }, address),
  both: (address) => restoredFlow(both, address),
  slim: (address) => slimFlow(slim, address),
  remote: (address) => remoteFlow({ remote }, address),
  edge: (address) => edgeFlow({ edge, memoryStore, remote }, address),
}

export async function runProgram(address) {
  const results = {}
  for (const [column, run] of Object.entries(FLOWS)) {
    results[column] = await run(address).then(
      () => 'ok',
      (error) => error.stack ?? String(error),
    )
  }
  return results
}
