/** Runs the flows in a runtime without a page. Its result has a text for each column: `ok`, or what went wrong. */
import * as client from 'bank-mfa'
import { edge, memoryStore } from 'bank-mfa/edge'
import { remote } from 'bank-mfa/remote'
import { edgeFlow, flinksFlow, mxFlow, remoteFlow, restoredFlow } from './flows.mjs'

const FLOWS = { flinks: flinksFlow, mx: mxFlow, restore: restoredFlow, remote: remoteFlow, edge: edgeFlow }
const ENTRIES = { ...client, edge, memoryStore, remote }

export const columns = Object.keys(FLOWS)

export async function runProgram(address) {
  const results = {}
  for (const [column, run] of Object.entries(FLOWS)) {
    results[column] = await run(ENTRIES, address).then(
      () => 'ok',
      (error) => error.stack ?? String(error),
    )
  }
  return results
}
