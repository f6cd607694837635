/** What another release has stored: it is continued as that release would have, or refused and left as it is. */
import assert from 'node:assert/strict'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { releaseVersions } from '../release/lib/record.mjs'
import { placeRecord } from './lib/continue.mjs'
import { loadPackage } from './lib/package.mjs'
import { newest, reads } from './lib/reads.mjs'
import { hashOf, missingSets, newestRead, readSet, setFiles, setHashes, setNames } from './lib/sets.mjs'
import { edited, sealedIn, snapshotOfVersion, withSealed } from './lib/versions.mjs'
import { SEAL } from './lib/world.mjs'

const pkg = await loadPackage(app)
const seal = pkg.sealer(SEAL)
const nameOf = ({ flow }, { home, step, calls }) => `${flow}, ${home}, ${step} after ${calls} calls`
const all = setNames().map((name) => ({ name, ...readSet(name) }))
const recordsOf = ({ flows }) => flows.flatMap((recorded) => recorded.records.map((record) => ({ recorded, record })))

test('no set of fixtures has changed, and none lacks a hash', () => {
  assert.deepEqual(setFiles().sort(), setNames().sort())
  for (const { set, sha256 } of setHashes()) assert.equal(hashOf(set), sha256, set)
})

test('each recorded release has its set', () => {
  assert.deepEqual(
    missingSets(releaseVersions(), setNames()),
    [],
    'run `make fixtures` with the tarball of the release',
  )
  assert.deepEqual(missingSets(['0.1.0', '0.10.0'], ['dev-1.json', '0.1.0.json']), ['0.10.0.json'])
})

test('the newest set is the last of the list that this release reads, whatever its name', () => {
  const set = (name, record = 2) => ({ name, wrote: { record } })
  const newestOf = (...sets) => newestRead(sets, ({ record }) => record === 2).name
  assert.equal(newestOf(set('dev-ca847a5'), set('dev-8e11621')), 'dev-8e11621')
  assert.equal(newestOf(set('dev-8e11621'), set('0.9.0'), set('0.10.0')), '0.10.0')
  assert.equal(newestOf(set('0.9.0'), set('0.10.0', 3)), '0.9.0')
  assert.throws(() => newestOf(set('0.9.0', 1)), /^Error: this release reads no set: write one with `make fixtures/)
})

for (const set of all) {
  test(`a set has records of each vendor, step and home: ${set.name}`, async () => {
    const kinds = new Set()
    for (const { record } of recordsOf(set)) {
      const { snapshot, step, kind, leaseUntil } = JSON.parse(await seal.open(sealedIn(record.stored), record.id))
      assert.equal(kind, 'flow')
      const vendor = snapshot === null ? 'none' : JSON.parse(snapshot).vendor
      kinds.add(`${record.home} ${vendor} ${step.kind}${leaseUntil > 0 ? ' sending' : ''}`)
    }
    for (const home of ['table', 'objects']) {
      for (const kind of ['flinks working sending', 'flinks challenge', 'flinks-reconnect connect', 'mx challenge'])
        assert.ok(kinds.has(`${home} ${kind}`), `${home} ${kind}`)
      for (const kind of ['mx redirect', 'mx working sending', 'none done'])
        assert.ok(kinds.has(`${home} ${kind}`), `${home} ${kind}`)
    }
  })

  if (!reads(set.wrote)) {
    test(`each record of a release that is too old or too new is refused and stays: ${set.name}`, async () => {
      for (const { recorded, record } of recordsOf(set)) await assertRefused(recorded, record, record.stored)
    })
    continue
  }

  test(`each record continues to the end that its own release gave it: ${set.name}`, async () => {
    for (const { recorded, record } of recordsOf(set)) {
      const world = await placeRecord(pkg, recorded, record)
      assert.deepEqual(await world.finish(), record.outcome, nameOf(recorded, record))
      // Until its lease expires, another machine may be sending.
      const errors = world.errors.filter((error) => !`${error}`.includes('UNAVAILABLE'))
      assert.deepEqual(errors, [], nameOf(recorded, record))
    }
  })

  test(`each snapshot is restored without an edge, with its vendor's ids in their place: ${set.name}`, async () => {
    let count = 0
    for (const { recorded, record } of recordsOf(set)) {
      const { snapshot, step } = JSON.parse(await seal.open(sealedIn(record.stored), record.id))
      if (snapshot === null) continue
      count++
      const { bank, clock } = await placeRecord(pkg, recorded, record)
      const { vendor: family, clientId, apiKey, host } = bank.connection
      const keys = family === 'mx' ? { clientId, apiKey } : { authorizeToken: 'token' }
      const never = () => new Promise(() => {})
      const flow = pkg.restore(snapshot, { ...host, ...keys, fetch: never, clock: { now: clock.now, wait: never } })
      const { vendor, vendorIds } = JSON.parse(snapshot)
      assert.equal(JSON.parse(flow.snapshot()).vendor, vendor)
      assert.deepEqual(JSON.parse(flow.snapshot()).vendorIds, vendorIds)
      // A record is written before the flow has handed over its next round.
      if (step.kind === 'challenge') assert.deepEqual(flow.current.round ?? step.round, step.round)
      flow.cancel()
    }
    assert.ok(count > 40)
  })

  test(`a page that a release has left resumes its flow by the stored id: ${set.name}`, async () => {
    for (const { recorded, record } of recordsOf(set).filter(({ record: { step } }) => step === 'challenge')) {
      const world = await placeRecord(pkg, recorded, record)
      const { step } = await world.getState()
      const fetch = (url, init) => world.send(new Request(url, init))
      const flow = pkg.remote('https://edge.example/', { fetch }).resume(record.handle)
      await until(() => flow.current.kind !== 'working', 'the page has the step')
      assert.equal(flow.id, record.handle)
      assert.deepEqual(flow.current.round, step.round, nameOf(recorded, record))
      flow.cancel()
      await until(() => flow.current.kind === 'failed', 'the page has cancelled')
    }
  })
}

// Newer releases ------------------------------------------------------------------------------

/** A record of the newest set that this release reads. */
const find = (home, flow, step) =>
  recordsOf(newestRead(all, reads)).find(
    ({ recorded, record }) => record.home === home && recorded.flow === flow && record.step === step,
  )

/** Each request is refused as SNAPSHOT_VERSION, nothing reaches the bank, and what is stored stays. */
async function assertRefused(recorded, record, stored) {
  const world = await placeRecord(pkg, recorded, { ...record, stored })
  const before = structuredClone(world.home.get(record.id))
  const calls = world.bank.log.length
  for (const [method, path, body] of [
    ['GET', ''],
    ['POST', '/answer', { round: 1, answers: {} }],
    ['POST', '/message', { kind: 'window-opened' }],
    ['POST', '/cancel', {}],
  ]) {
    const { code, next } = await world.ask(method, `/flows/${record.handle}${path}`, body)
    assert.deepEqual([code, next], ['SNAPSHOT_VERSION', 'start-over'], `${nameOf(recorded, record)}: ${method} ${path}`)
  }
  await world.sweep()
  await world.quiet()
  const { alarm: _, ...after } = world.home.get(record.id)
  const { alarm: __, ...same } = before
  assert.deepEqual([after, world.bank.log.length], [same, calls], nameOf(recorded, record))
}

const samples = () =>
  ['table', 'objects'].flatMap((home) => [
    find(home, 'flinks live Greatday', 'working'),
    find(home, 'flinks live Greatday', 'challenge'),
    find(home, 'mx job text', 'challenge'),
  ])

test('a record of a newer format is refused as SNAPSHOT_VERSION, and stays', async () => {
  for (const { recorded, record } of samples()) {
    const newer = await edited(seal, record, (opened) => ({ ...opened, v: newest.record + 1, leaseUntil: 0 }))
    await assertRefused(recorded, record, newer)
  }
})

test('a record that is sealed in a newer format is refused as SNAPSHOT_VERSION, and stays', async () => {
  for (const { recorded, record } of samples()) {
    const sealed = sealedIn(record.stored).replace(/^bm\d+/, 'bm9')
    await assertRefused(recorded, record, withSealed(record.stored, sealed))
  }
})

test('a record with the next version of a snapshot is continued, as a deployment may be rolled back', async () => {
  for (const { recorded, record } of samples()) {
    const next = await edited(seal, record, (opened) => ({
      ...opened,
      snapshot: opened.snapshot && snapshotOfVersion(opened.snapshot, newest.snapshot + 1),
    }))
    const world = await placeRecord(pkg, recorded, { ...record, stored: next })
    assert.deepEqual(await world.finish(), record.outcome, nameOf(recorded, record))
  }
})

test('a record with a newer snapshot is refused as SNAPSHOT_VERSION, stays, and names the vendor’s ids', async () => {
  for (const { recorded, record } of samples().filter(({ record }) => record.step === 'challenge')) {
    const newer = await edited(seal, record, (opened) => ({
      ...opened,
      snapshot: snapshotOfVersion(opened.snapshot, newest.snapshot + 2),
    }))
    const world = await placeRecord(pkg, recorded, { ...record, stored: newer })
    const calls = world.bank.log.length
    const state = await world.getState()
    assert.equal(state.step.kind, 'challenge', 'the page still sees the round')
    const answers = Object.fromEntries(
      state.step.round.challenges.flatMap(({ fields }) => fields.map(({ name }) => [name, 'x'])),
    )
    const refused = await world.ask('POST', `/flows/${record.handle}/answer`, {
      round: state.step.round.number,
      answers,
    })
    assert.deepEqual([refused.code, refused.next], ['SNAPSHOT_VERSION', 'start-over'])
    assert.deepEqual(
      [world.home.get(record.id).entries ?? world.home.get(record.id).sealed, world.bank.log.length],
      [newer.entries ?? newer.sealed, calls],
    )
    const { snapshot } = JSON.parse(await seal.open(sealedIn(world.home.get(record.id)), record.id))
    const { vendorIds } = JSON.parse(snapshot)
    assert.match(vendorIds.LoginId ?? vendorIds.memberGuid ?? vendorIds.member_guid, /^(MBR-)?[0-9a-f-]{36}$/)
  }
})

/** Where a flow of another release can stand. */
const places = () =>
  ['table', 'objects'].flatMap((home) => [
    find(home, 'flinks live slow_pending', 'working'),
    find(home, 'flinks live Greatday', 'challenge'),
    find(home, 'mx job, in the widget', 'redirect'),
  ])

for (const [who, end] of [
  ['its user cancels it', ({ ask }, { handle }) => ask('POST', `/flows/${handle}/cancel`, {})],
  [
    'its time is over',
    async ({ clock, sweep, quiet }) => {
      clock.reach(clock.now() + 150 * 60_000)
      await sweep()
      await quiet()
    },
  ],
]) {
  test(`a flow with a newer snapshot ends when ${who}, says that it was not restored, and sends nothing`, async () => {
    for (const { recorded, record } of places()) {
      const newer = await edited(seal, record, (opened) => ({
        ...opened,
        snapshot: snapshotOfVersion(opened.snapshot, newest.snapshot + 2),
      }))
      const world = await placeRecord(pkg, recorded, { ...record, stored: newer })
      const calls = world.bank.log.length
      await end(world, record)
      const [{ outcome, failure }] = world.ended
      assert.deepEqual([outcome, failure.code, failure.next], ['failed', 'cancelled', 'start-over'])
      assert.equal(failure.message, 'this release cannot restore the flow')
      assert.ok(world.errors.some((error) => `${error}`.includes('SNAPSHOT_VERSION')))
      assert.equal(world.bank.log.length, calls)
    }
  })
}
