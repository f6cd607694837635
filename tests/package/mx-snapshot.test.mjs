/** MX put away and taken up at each stage: what MX may have heard is looked after, and not sent again. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { MINUTE, NOON, bench, ending, fill, job, member, purpose, settled, until, walk, watching } from './mx-bench.mjs'

const never = () => new Promise(() => {})
const city = { '1.1.answer': 'Chicago' }
/** How many reads of the status lead to the first round, by a job. */
const ASKED_AT = 2

/** A flow that stands where its next call, for this purpose, never comes back; whether MX hears it. */
async function stuck(stage, params, at, { skip = 0, heard = false } = {}) {
  let seen = 0
  const fetch = (url, init) => {
    if (purpose({ method: init.method, url }) !== at || seen++ < skip) return stage.wire.fetch(url, init)
    const sent = heard ? stage.wire.fetch(url, init) : undefined
    return Promise.resolve(sent).then(never)
  }
  const flow = stage.start(params, { fetch })
  flow.subscribe(() => flow.current.kind === 'challenge' && flow.current.answer(city))
  while (seen <= skip) await settled()
  await settled()
  return flow
}

const CREATE = (stage) => stage.create('text')
const UPDATE = (stage) => stage.update('text')
const JOB = () => job('text')

/** Where a flow was sending, whether MX heard it, how it ends when it is taken up, and the calls but polls. */
for (const [name, params, at, how, code, calls] of [
  ['a job that was heard', JOB, 'job', { heard: true }, 'done', ['job', 'resume']],
  ['a job that was not heard', JOB, 'job', {}, 'done', ['job', 'resume']],
  ['a new member that was heard', CREATE, 'create', { heard: true }, 'outcome-unknown', []],
  ['a new member that was not heard', CREATE, 'create', {}, 'outcome-unknown', []],
  ['new credentials that were heard', UPDATE, 'update', { heard: true }, 'outcome-unknown', []],
  ['new credentials that were not heard', UPDATE, 'update', {}, 'outcome-unknown', []],
  ['a poll', JOB, 'status', {}, 'done', ['resume']],
  ['the challenges', () => job('challenges_apart'), 'challenges', {}, 'done', ['challenges', 'challenges', 'resume']],
  ['the look before a resume', JOB, 'status', { skip: ASKED_AT }, 'done', ['resume']],
  ['a resume that was heard', JOB, 'resume', { heard: true }, 'done', []],
  ['a resume that was not heard', JOB, 'resume', {}, 'done', ['resume']],
  ['the poll behind a resume', JOB, 'status', { skip: ASKED_AT + 1 }, 'done', []],
]) {
  test(`taken up in ${name}, a flow of MX sends ${calls.join(', ') || 'polls'} and ends in ${code}`, async (t) => {
    const stage = bench(t)
    const flow = await stuck(stage, await params(stage), at, how)
    const made = stage.wire.calls.length
    const again = stage.restore(flow.snapshot())
    assert.equal(again.id, flow.id)
    assert.equal((await walk(again, stage, member('text'))).code, code)
    const after = stage.purposes().slice(made)
    assert.deepEqual(
      after.filter((call) => call !== 'status'),
      calls,
    )
    if (code === 'outcome-unknown') assert.deepEqual(after, [])
    assert.deepEqual(stage.bank.counts().broken, {})
  })
}

test('taken up between an answer and its resume, a flow asks the same round again', async (t) => {
  const stage = bench(t)
  const flow = await stuck(stage, job('text'), 'status', { skip: ASKED_AT })
  const again = stage.restore(flow.snapshot())
  assert.deepEqual([again.current.kind, again.current.round.number], ['challenge', 1])
  assert.equal(stage.bank.counts().answers, 0)
})

test('taken up while it waits for the look before a resume, a flow asks the same round again', async (t) => {
  const stage = bench(t)
  const flow = stage.start(watching('already_challenged'), { clock: { now: () => NOON, wait: never } })
  const { answer, round } = await until(flow, 'challenge')
  await answer(city)
  assert.equal(flow.current.kind, 'working')
  const again = stage.restore(flow.snapshot())
  assert.deepEqual([again.current.kind, again.current.round], ['challenge', round])
  await again.current.answer(city)
  assert.deepEqual([await ending(again), stage.bank.counts().answers], ['done', 1])
})

test('taken up while it waits, a flow of MX polls on, and no sooner', async (t) => {
  const stage = bench(t)
  const flow = stage.start(job('no_questions'), { clock: { now: () => NOON, wait: never } })
  while (!flow.current.until) await settled()
  const again = stage.restore(flow.snapshot())
  assert.equal(await ending(again), 'done')
  assert.deepEqual(stage.purposes(), ['job', 'status', 'status'])
  assert.ok(stage.bank.clock.now() >= NOON + 6_000)
})

for (const who of ['mixed', 'code_by_phone', 'three_rounds', 'two_options', 'many_options', 'challenges_apart']) {
  test(`taken up in each round, ${who} is asked the same, and answers`, async (t) => {
    const stage = bench(t)
    let flow = stage.start(job(who))
    for (const responses of member(who).responses) {
      const { round } = await until(flow, 'challenge')
      flow = stage.restore(flow.snapshot())
      assert.deepEqual(flow.current.round, round)
      await flow.current.answer(fill(round, responses))
      while (flow.current.kind === 'working') await settled()
    }
    assert.equal(await ending(flow), 'done')
    assert.deepEqual(stage.bank.counts().broken, {})
  })
}

test('taken up long after it was asked, a member is looked at before it is answered', async (t) => {
  const stage = bench(t)
  const flow = stage.start(job('text'))
  await until(flow, 'challenge')
  const snapshot = flow.snapshot()
  stage.bank.clock.advance(10 * MINUTE)
  const again = stage.restore(snapshot)
  await again.current.answer(city)
  assert.deepEqual([await ending(again), stage.bank.counts().answers], ['session-expired', 0])
})

test('taken up at the window, a flow fetches another one, and goes on behind it', async (t) => {
  const stage = bench(t)
  const flow = stage.start(job('oauth_challenged'))
  const { url } = await until(flow, 'redirect')
  assert.ok(!flow.snapshot().includes(new URL(url).searchParams.get('state')), 'a window is nothing to keep')
  const made = stage.wire.calls.length

  const snapshot = flow.snapshot()
  flow.cancel()
  const again = stage.restore(snapshot)
  const { rounds, windows, code } = await walk(again, stage, member('oauth_challenged'))
  assert.equal(stage.purposes()[made], 'oauth_window_uri')
  assert.deepEqual([code, rounds.length, windows.length], ['done', 1, 1])
  assert.notEqual(windows[0], url)
})

test('taken up in a call for the window, a flow fetches it again', async (t) => {
  const stage = bench(t)
  const flow = await stuck(stage, job('oauth'), 'oauth_window_uri', { heard: true })
  const again = stage.restore(flow.snapshot())
  assert.equal((await walk(again, stage, member('oauth'))).code, 'done')
})

test('taken up after its end, a flow of MX stands at its end and sends nothing', async (t) => {
  for (const who of ['text', 'denied', 'locked', 'failed', 'busy']) {
    const stage = bench(t)
    const flow = stage.start(job(who))
    await walk(flow, stage, member(who))
    const made = stage.wire.calls.length
    const again = stage.restore(flow.snapshot())
    assert.equal(again.current.kind, flow.current.kind)
    assert.deepEqual([again.current.result, again.current.failure], [flow.current.result, flow.current.failure])
    await settled()
    assert.equal(stage.wire.calls.length, made)
  }
})

test('no snapshot of MX holds a key, an answer or a credential', async (t) => {
  for (const params of [JOB, UPDATE, CREATE]) {
    const stage = bench(t)
    const snapshots = []
    const flow = stage.start(await params(stage), { store: (snapshot) => snapshots.push(snapshot) })
    flow.subscribe(() => snapshots.push(flow.snapshot()))
    assert.equal((await walk(flow, stage, member('text'))).code, 'done')
    const { clientId, apiKey } = stage.bank.mx.key
    const secrets = ['Chicago', 'Everyday', clientId, apiKey, btoa(`${clientId}:${apiKey}`)]
    for (const secret of secrets) assert.ok(snapshots.every((snapshot) => !snapshot.includes(secret)))
    assert.ok(snapshots.length > stage.wire.calls.length)
  }
})

test('each call is stored before it is sent', async (t) => {
  const stage = bench(t)
  const made = []
  const store = () => made.push(stage.wire.calls.length)
  await walk(stage.start(job('text'), { store }), stage, member('text'))
  assert.deepEqual(made, [...stage.wire.calls.keys()])
})
