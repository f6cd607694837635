/** MX flows restored from a snapshot at each stage: what MX may have received is not sent again. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  MINUTE,
  NOON,
  ending,
  fill,
  guids,
  job,
  member,
  purpose,
  runToEnd,
  setup,
  unattended,
  until,
  untilPollWait,
  untilStep,
} from './mx-setup.mjs'

const never = () => new Promise(() => {})
const city = { '1.1.answer': 'Chicago' }
/** How many status polls lead to the first round of a job. */
const POLLS_TO_FIRST_ROUND = 2

/** A flow whose call for a purpose never returns, after `skip` such calls. `received`: MX receives the call. */
async function hangAt(env, params, at, { skip = 0, received = false } = {}) {
  let seen = 0
  const fetch = (url, init) => {
    if (purpose({ method: init.method, url }) !== at || seen++ < skip) return env.wire.fetch(url, init)
    const sent = received ? env.wire.fetch(url, init) : undefined
    return Promise.resolve(sent).then(never)
  }
  const flow = env.start(params, { fetch })
  flow.subscribe(() => flow.current.kind === 'challenge' && flow.current.answer(city))
  await until(() => seen > skip && (!received || env.wire.calls.at(-1).reply), `the call ${at}`)
  return flow
}

const CREATE = (env) => env.create('text')
const UPDATE = (env) => env.update('text')
const JOB = () => job('text')

/** Name, parameters, the call under way, the end of the restored flow, and its calls without polls. */
for (const [name, params, at, how, code, calls] of [
  ['a job that MX received', JOB, 'job', { received: true }, 'done', ['job', 'resume']],
  ['a job that MX did not receive', JOB, 'job', {}, 'done', ['job', 'resume']],
  ['a new member that MX received', CREATE, 'create', { received: true }, 'outcome-unknown', []],
  ['a new member that MX did not receive', CREATE, 'create', {}, 'outcome-unknown', []],
  ['new credentials that MX received', UPDATE, 'update', { received: true }, 'outcome-unknown', []],
  ['new credentials that MX did not receive', UPDATE, 'update', {}, 'outcome-unknown', []],
  ['a poll', JOB, 'status', {}, 'done', ['resume']],
  ['the challenges', () => job('challenges_apart'), 'challenges', {}, 'done', ['challenges', 'challenges', 'resume']],
  ['the poll before a resume', JOB, 'status', { skip: POLLS_TO_FIRST_ROUND }, 'done', ['resume']],
  ['a resume that MX received', JOB, 'resume', { received: true }, 'done', []],
  ['a resume that MX did not receive', JOB, 'resume', {}, 'done', ['resume']],
  ['the poll after a resume', JOB, 'status', { skip: POLLS_TO_FIRST_ROUND + 1 }, 'done', []],
]) {
  test(`an MX flow restored in ${name} sends ${calls.join(', ') || 'only polls'} and ends in ${code}`, async (t) => {
    const env = setup(t)
    const flow = await hangAt(env, await params(env), at, how)
    const made = env.wire.calls.length
    const again = env.restore(flow.snapshot())
    assert.equal(again.id, flow.id)
    assert.equal((await runToEnd(again, env, member('text'))).code, code)
    const after = env.purposes().slice(made)
    assert.deepEqual(
      after.filter((call) => call !== 'status'),
      calls,
    )
    if (code === 'outcome-unknown') assert.deepEqual(after, [])
    assert.deepEqual(env.bank.counts().broken, {})
  })
}

test('a flow restored during the pre-check of an answer shows the same round again', async (t) => {
  const env = setup(t)
  const flow = await hangAt(env, job('text'), 'status', { skip: POLLS_TO_FIRST_ROUND })
  const again = env.restore(flow.snapshot())
  assert.deepEqual([again.current.kind, again.current.round.number], ['challenge', 1])
  assert.equal(env.bank.counts().answers, 0)
})

test('a flow restored while it waits for its pre-check shows the same round again', async (t) => {
  const env = setup(t)
  const flow = env.start(guids('already_challenged'), { clock: { now: () => NOON, wait: never } })
  const { answer, round } = await untilStep(flow, 'challenge')
  await answer(city)
  assert.equal(flow.current.kind, 'working')
  const again = env.restore(flow.snapshot())
  assert.deepEqual([again.current.kind, again.current.round], ['challenge', round])
  await again.current.answer(city)
  assert.deepEqual([await ending(again), env.bank.counts().answers], ['done', 1])
})

test('an MX flow restored while it waits polls when that wait is over', async (t) => {
  const env = setup(t)
  const flow = env.start(job('no_questions'), { clock: { now: () => NOON, wait: never } })
  await untilPollWait(flow)
  const again = env.restore(flow.snapshot())
  assert.equal(await ending(again), 'done')
  assert.deepEqual(env.purposes(), ['job', 'status', 'status'])
  assert.ok(env.bank.clock.now() >= NOON + 6_000)
})

for (const memberName of [
  'mixed',
  'code_by_phone',
  'three_rounds',
  'two_options',
  'many_options',
  'challenges_apart',
]) {
  test(`a flow of ${memberName} restored in each round shows the same round`, async (t) => {
    const env = setup(t)
    let flow = env.start(job(memberName))
    for (const responses of member(memberName).responses) {
      const { round } = await untilStep(flow, 'challenge')
      flow = env.restore(flow.snapshot())
      assert.deepEqual(flow.current.round, round)
      await flow.current.answer(fill(round, responses))
      await until(() => flow.current.kind !== 'working', 'the flow asks or ends')
    }
    assert.equal(await ending(flow), 'done')
    assert.deepEqual(env.bank.counts().broken, {})
  })
}

test('a flow restored after its round expired polls and does not send the answer', async (t) => {
  const env = setup(t)
  const flow = env.start(job('text'))
  await untilStep(flow, 'challenge')
  const snapshot = flow.snapshot()
  env.bank.clock.advance(10 * MINUTE)
  const again = env.restore(snapshot)
  await again.current.answer(city)
  assert.deepEqual([await ending(again), env.bank.counts().answers], ['session-expired', 0])
})

test('a flow restored at its OAuth window gets another window and continues after it', async (t) => {
  const env = setup(t)
  const flow = env.start(job('oauth_challenged'))
  const { url } = await untilStep(flow, 'redirect')
  assert.ok(!flow.snapshot().includes(new URL(url).searchParams.get('state')), 'a snapshot does not hold the window')
  const made = env.wire.calls.length

  const snapshot = flow.snapshot()
  flow.cancel()
  const again = env.restore(snapshot)
  const { rounds, windows, code } = await runToEnd(again, env, member('oauth_challenged'))
  assert.equal(env.purposes()[made], 'oauth_window_uri')
  assert.deepEqual([code, rounds.length, windows.length], ['done', 1, 1])
  assert.notEqual(windows[0], url)
})

test('a flow restored while it requests its OAuth window requests it again', async (t) => {
  const env = setup(t)
  const flow = await hangAt(env, job('oauth'), 'oauth_window_uri', { received: true })
  const again = env.restore(flow.snapshot())
  assert.equal((await runToEnd(again, env, member('oauth'))).code, 'done')
})

test('an MX flow restored after its end has the same end and sends nothing', async (t) => {
  for (const memberName of ['text', 'denied', 'locked', 'failed', 'busy']) {
    const env = setup(t)
    const flow = env.start(unattended(job(memberName)))
    await runToEnd(flow, env, member(memberName))
    const again = env.restore(flow.snapshot())
    assert.equal(again.current.kind, flow.current.kind)
    assert.deepEqual([again.current.result, again.current.failure], [flow.current.result, flow.current.failure])
    assert.deepEqual(await env.callsMeanwhile(), [])
  }
})

test('no MX snapshot holds a key, an answer or a credential', async (t) => {
  for (const params of [JOB, UPDATE, CREATE]) {
    const env = setup(t)
    const snapshots = []
    const flow = env.start(await params(env), { store: (snapshot) => snapshots.push(snapshot) })
    flow.subscribe(() => snapshots.push(flow.snapshot()))
    assert.equal((await runToEnd(flow, env, member('text'))).code, 'done')
    const { clientId, apiKey } = env.bank.mx.key
    const secrets = ['Chicago', 'Everyday', clientId, apiKey, btoa(`${clientId}:${apiKey}`)]
    for (const secret of secrets) assert.ok(snapshots.every((snapshot) => !snapshot.includes(secret)))
    assert.ok(snapshots.length > env.wire.calls.length)
  }
})

test('each call is stored before it is sent', async (t) => {
  const env = setup(t)
  const made = []
  const store = () => made.push(env.wire.calls.length)
  await runToEnd(env.start(job('text'), { store }), env, member('text'))
  assert.deepEqual(made, [...env.wire.calls.keys()])
})
