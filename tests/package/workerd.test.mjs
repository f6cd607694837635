/** The packed tarball in workerd, bundled as users bundle it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from '../lib/test.mjs'
import { fileURLToPath } from 'node:url'
import { bundle, namesOf, runWorkerTest } from '../lib/workerd.mjs'
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
  await runWorkerTest(join(folder, 'config.capnp'), entry)
}

test('in workerd each wasm is a module next to the script', () => {
  assert.deepEqual(namesOf(modules), ['bank_mfa_bg.wasm', 'calls_bg.wasm', 'simulator_bg.wasm', 'worker.js'])
})

for (const [title, entry] of [
  ['every person with challenges reaches the end', 'peopleWithChallenges'],
  ['a redirect is not followed', 'redirects'],
  ['a flow is restored from a snapshot', 'snapshots'],
  ['a reconnect is restored at Connect and ends in done', 'reconnects'],
  ['invalid input throws a FlowError', 'refusals'],
  ['a single call is made, and its reply read', 'singleCalls'],
  ['data is polled for, and its body is unread', 'data'],
  ['an answer with a lost or broken reply is sent once', 'lostReplies'],
]) {
  test(`in workerd ${title}`, () => inWorkerd(entry))
}

for (const username of ['Greatday', 'mixed_types', 'many_rounds', 'proto_prompt']) {
  test(`in workerd a live session of ${username} ends in done over a real socket`, async (t) => {
    const { bank, address, requests, complaints } = await serve(t)
    await inWorkerd('socket', { address, authorizeToken: await bank.token(), username, code: 'done' })
    assert.deepEqual([complaints, bank.counts().broken, bank.counts().answersRepeated], [[], {}, 0])
    assert.ok(requests.length >= 2)
  })
}

test('in workerd a redirect over a real socket is not followed', async (t) => {
  const served = await serve(t)
  const other = await serve(t)
  served.redirectTo = `${other.address}/login`
  served.bank.fault({ on: 'answer', kind: 'redirect', status: 307 })
  const authorizeToken = await served.bank.token()
  await inWorkerd('socket', { address: served.address, authorizeToken, username: 'Greatday', code: 'redirected' })
  assert.deepEqual([served.requests.length, other.requests.length], [2, 0])
})

test('in workerd a failing test is reported', async (t) => {
  const { bank, address } = await serve(t)
  const bindings = { address, authorizeToken: await bank.token(), username: 'Greatday', code: 'refused' }
  await assert.rejects(inWorkerd('socket', bindings), /"done" is not "refused"/)
})
