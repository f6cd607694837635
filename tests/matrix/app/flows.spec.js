/** The flows as tests of jest and vitest. Each test's name is its column. `BANK` is the address of the bank. */
import * as both from 'bank-mfa'
import { edge, memoryStore } from 'bank-mfa/edge'
import { flinks } from 'bank-mfa/flinks'
import { mx } from 'bank-mfa/mx'
import { remote } from 'bank-mfa/remote'
import { edgeFlow, flinksFlow, mxFlow, remoteFlow, restoredFlow } from './flows.js'
import { ownFetch } from './own-fetch.js'

const { BANK } = process.env
const own = globalThis.fetch ? {} : { fetch: ownFetch }

test('flinks', () => flinksFlow({ flinks }, BANK, own))
test('mx', () => mxFlow({ mx }, BANK, own))
test('both', () => restoredFlow(both, BANK, own))
if (globalThis.Request) {
  test('remote', () => remoteFlow({ remote }, BANK))
  test('edge', () => edgeFlow({ edge, memoryStore, remote }, BANK))
}
