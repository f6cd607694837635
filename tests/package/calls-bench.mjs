/** What the tests of the single calls share: a bank whose calls are watched, and a back end with its keys. */
import assert from 'node:assert/strict'
import { NOON, calls, customerId, flinks, simulator } from './bench.mjs'
import { complaints } from './calls-wire.mjs'
import { watch } from './wire.mjs'

export * from './bench.mjs'

/** Whatever the test is about, each call must fit the schemas and the bank's rules, and no answer may be stored twice. */
export function bench(t, { mayBreak = [] } = {}) {
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
    /** The RequestId of a session that cached mode has opened, under a token that was minted for it. */
    async session(username) {
      const authorizeToken = await calls.flinks.token(host())
      const authorizing = { ...config, authorizeToken, fetch: bank.fetch, clock: bank.clock }
      const { requestId } = await flinks.authorize({ loginId: bank.loginId(username) }, authorizing).result()
      return requestId
    },
  }
}
