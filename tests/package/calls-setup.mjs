/** Fixtures for the tests of single calls: a simulated bank with a watched wire, and a back end with its keys. */
import assert from 'node:assert/strict'
import { complaints } from '../lib/single-call-validator.mjs'
import { watch } from '../lib/call-validator.mjs'
import { NOON, calls, customerId, flinks, simulator } from './setup.mjs'

export * from './setup.mjs'

/**
 * After each test every call must have fitted the schemas and the bank's rules, except those in `mayBreak`, and no
 * answer may have been stored twice.
 */
export function setup(t, { mayBreak = [] } = {}) {
  const bank = simulator({ seed: 1, now: NOON })
  const wire = watch(bank.fetch, complaints)
  t.after(() => {
    assert.deepEqual(wire.complaints, [], 'every call fits the schemas')
    const { storedAnswersRepeated, broken } = bank.counts()
    assert.deepEqual([storedAnswersRepeated, Object.keys(broken).filter((rule) => !mayBreak.includes(rule))], [0, []])
  })
  const config = { instance: 'toolbox', customerId }
  const { secretKey, keys } = bank
  const host = (more) => ({ ...config, secretKey, ...keys, fetch: wire.fetch, clock: bank.clock, ...more })
  return {
    bank,
    wire,
    config,
    host,
    loginId: (username) => bank.loginId(username),
    /** The RequestId of a cached session, opened under a token of its own. */
    async session(username) {
      const authorizeToken = await calls.flinks.token(host())
      const authorizing = { ...config, authorizeToken, fetch: bank.fetch, clock: bank.clock }
      const { requestId } = await flinks.authorize({ loginId: bank.loginId(username) }, authorizing).result()
      return requestId
    },
  }
}
