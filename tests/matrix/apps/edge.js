/** A server with an edge. */
import { edge, memoryStore } from 'bank-mfa/edge'
import { remote } from 'bank-mfa/remote'
import { edgeFlow } from './flows.mjs'

export async function run({ address }) {
  await edgeFlow({ edge, memoryStore, remote }, address)
  return 'done'
}
