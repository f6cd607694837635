/** The packed tarball in the real workerd, bundled as its users bundle it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bundle, namesOf, passes } from '../tools/workerd.mjs'
import { serve } from './server.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
let folder
let modules

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-mfa-workerd-'))
  modules = await bundle(here('workerd.worker.mjs'), join(folder, 'worker.js'))
})
after(() => rmSync(folder, { recursive: true }))

async function inWorkerd(entry, bindings = {}) {
  const texts = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`)
  const config = `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = .main),
        (name = "loopback", network = (allow = ["private"])),
      ],
    );
    const main :Workerd.Worker = (
      modules = [${modules.join(', ')}],
      bindings = [${texts.join(', ')}],
      globalOutbound = "loopback",
      compatibilityDate = "2026-10-01",
    );`
  writeFileSync(join(folder, 'config.capnp'), config)
  await passes(join(folder, 'config.capnp'), entry)
}

test('in workerd each wasm is a module beside the script', () => {
  assert.deepEqual(namesOf(modules), ['bank_mfa_bg.wasm', 'calls_bg.wasm', 'simulator_bg.wasm', 'worker.js'])
})

for (const [sentence, entry] of [
  ['everybody whom the bank asks something is walked to the end', 'everybodyWithChallenges'],
  ['a redirect is refused', 'redirects'],
  ['a flow is put away and taken up', 'snapshots'],
  ['a reconnect goes through Connect, put away and taken up on the way', 'reconnects'],
  ['bad input is a FlowError', 'refusals'],
  ['a single call is made and judged', 'singleCalls'],
  ['data is polled for, and its body stays with the host', 'data'],
  ['a lost or spoilt reply to an answer is found out, and the answer is sent once', 'lostReplies'],
]) {
  test(`in workerd ${sentence}`, () => inWorkerd(entry))
}

for (const username of ['Greatday', 'mixed_types', 'many_rounds', 'proto_prompt']) {
  test(`in workerd a live session of ${username} runs over a real socket`, async (t) => {
    const { bank, address, requests, complaints } = await serve(t)
    await inWorkerd('socket', { address, authorizeToken: await bank.token(), username, code: 'done' })
    assert.deepEqual([complaints, bank.counts().broken, bank.counts().answersRepeated], [[], {}, 0])
    assert.ok(requests.length >= 2)
  })
}

test('in workerd a redirect over a real socket leads nowhere', async (t) => {
  const served = await serve(t)
  const elsewhere = await serve(t)
  served.elsewhere = `${elsewhere.address}/login`
  served.bank.fault({ on: 'answer', kind: 'redirect', status: 307 })
  const authorizeToken = await served.bank.token()
  await inWorkerd('socket', { address: served.address, authorizeToken, username: 'Greatday', code: 'redirected' })
  assert.deepEqual([served.requests.length, elsewhere.requests.length], [2, 0])
})

test('in workerd a test that fails is seen to fail', async (t) => {
  const { bank, address } = await serve(t)
  const bindings = { address, authorizeToken: await bank.token(), username: 'Greatday', code: 'refused' }
  await assert.rejects(inWorkerd('socket', bindings), /"done" is not "refused"/)
})
