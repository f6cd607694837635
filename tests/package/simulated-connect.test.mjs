/** The simulated Connect, served through the simulator's `fetch`. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { person, simulator } from './setup.mjs'

const ORIGIN = 'https://toolbox-iframe.private.fin.ag'

test('the simulated Connect serves its page and every script that the page imports', async () => {
  const bank = simulator()
  for (const path of ['/v2/?requestId=x', '/?requestId=x', '/v2/Credential/14?authorizeToken=x', '/under/a/path/v2/']) {
    const page = await bank.fetch(ORIGIN + path)
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
    const [, part] = /src="([^"]*)"/.exec(await page.text())
    const script = await bank.fetch(new URL(part, ORIGIN + path))
    assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8', path)
    for (const [, imported] of (await script.text()).matchAll(/from '(.*)'/g)) {
      assert.ok((await bank.fetch(new URL(imported, new URL(part, ORIGIN + path)))).ok, imported)
    }
  }
})

test('the rule misbehave decides which forged message the page posts', async () => {
  const bank = simulator({ rules: { connect: { misbehave: 'another-login' } } })
  const body = JSON.stringify({ authorizeToken: await bank.token() })
  const { forgery } = await (await bank.fetch(`${ORIGIN}/connect/open`, { method: 'POST', body })).json()
  const { kind, another } = forgery
  assert.deepEqual({ kind, another }, { kind: 'another-login', another: person('Greatday').loginId })
  assert.throws(() => bank.setRules({ connect: { misbehave: 'politely' } }), /unknown variant/)
})
