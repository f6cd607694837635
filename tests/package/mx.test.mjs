/** Every simulated member at MX, run to its documented end. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { VERSIONS, assertNoSecrets, job, member, members, oauth, runToEnd, setup, unattended } from './mx-setup.mjs'

/** How MX's documents say that a flow ends: code and next action. A member that is not listed ends in `done`. */
const CREDENTIALS = ['credentials-refused', 'ask-credentials']
const BUSY = ['busy', 'retry-later']
const BANK = ['bank-action-required', 'visit-bank']
const UNANSWERABLE = ['challenge-unanswerable', 'retry-later']
const CLOSED = ['institution-closed', 'give-up']
const endings = {
  mx_bank_unauthorized: CREDENTIALS,
  mx_bank_invalid: CREDENTIALS,
  mx_bank_disabled: CREDENTIALS,
  mx_bank_locked: BANK,
  mx_bank_bad_request: BUSY,
  mx_bank_server_error: BUSY,
  mx_bank_unavailable: BUSY,
  account_without_options: UNANSWERABLE,
  svg_image: UNANSWERABLE,
  // No answer in the first job is right.
  code_never_comes: ['answer-refused', 'start-over'],
  prevented: ['too-many-attempts', 'ask-credentials'],
  denied: CREDENTIALS,
  denied_object: CREDENTIALS,
  denied_empty: CREDENTIALS,
  denied_silent: CREDENTIALS,
  stale_and_denied: CREDENTIALS,
  imported: CREDENTIALS,
  impaired: CREDENTIALS,
  null_at_the_end: CREDENTIALS,
  rejected: ['answer-refused', 'start-over'],
  expired: ['session-expired', 'start-over'],
  locked: BANK,
  impeded: BANK,
  degraded: BUSY,
  disconnected: BUSY,
  delayed: BUSY,
  failed: BUSY,
  no_accounts: ['vendor-error', 'retry-later'],
  discontinued: CLOSED,
  closed: CLOSED,
  disabled: CLOSED,
  something_new: ['refused', 'give-up'],
  oauth_locked: BANK,
  endless: ['timed-out', 'retry-later'],
  // CHALLENGED without challenges cannot be answered.
  no_challenges: ['outcome-unknown', 'retry-later'],
}

/** The ways to start, the members that end differently there, and the rules that these break. */
const starts = {
  'a job': {
    params: ({ name }) => job(name),
    endings: { no_credentials: CREDENTIALS, busy: ['concurrent-session', 'retry-later'] },
    broken: { busy: { 'job-conflict': 1 } },
    counts: [1, 0],
  },
  'new credentials': {
    params: ({ name }, env) => env.update(name),
    endings: {},
    broken: {},
    counts: [0, 1],
  },
  'a new member': {
    params: ({ name }, env) => env.create(name),
    endings: { taken: ['member-exists', 'fix-integration'] },
    broken: { taken: { 'member-exists': 1 } },
    counts: [0, 1],
  },
}

/** A member whose options have only guids: it needs raw answers. */
const isRaw = (name) => name === 'options_by_guid'

/** Members with hundreds of polls or megabytes: run once. */
const COSTLY = new Set(['endless', 'slow', 'huge_image'])

for (const member of members) {
  const isCostly = COSTLY.has(member.name)
  for (const [start, row] of Object.entries(starts)) {
    if ((member.group === 'oauth' || isCostly) && start !== 'a job') continue
    const [code, next] = row.endings[member.name] ?? endings[member.name] ?? ['done', undefined]
    // The versions differ in headers and bodies, which a job covers.
    for (const version of start === 'a job' && !isCostly ? VERSIONS : VERSIONS.slice(0, 1)) {
      test(`${member.name} (${member.title}), by ${start}, in ${version}, ends in ${code}`, async (t) => {
        const env = setup(t)
        const startedAt = env.bank.clock.now()
        const params = await row.params(member, env)
        const flow = env.start(member.group === 'oauth' ? params : unattended(params), { version })
        const run = await runToEnd(flow, env, { ...member, isRaw: isRaw(member.name) })
        assert.equal(run.code, code)
        assert.equal(run.end.failure?.next, next)
        const { broken, jobs, credentials, answers } = env.bank.counts()
        assert.deepEqual(broken, row.broken[member.name] ?? {}, 'no rule of MX is broken')
        assert.deepEqual([jobs, credentials, answers], [...row.counts, run.rounds.length])
        assert.deepEqual(
          env.sent(),
          run.rounds.map(({ right }) => right),
          'the right values are sent',
        )
        if (code === 'done') isConnected(run, { member, env })
        else isFailure(run.end, { env, startedAt })
      })
    }
  }
}

function isConnected({ rounds, windows, end: { result } }, { member, env }) {
  assert.equal(rounds.length, member.responses.length)
  assert.equal(windows.length, member.group === 'oauth' && member.name !== 'oauth_connected' ? 1 : 0)
  const { guid, connection_status, aggregated_at, successfully_aggregated_at } = env.wire.calls.at(-1).reply.json.member
  assert.deepEqual(result, {
    memberGuid: guid ?? null,
    connectionStatus: connection_status,
    aggregatedAt: aggregated_at ?? null,
    successfullyAggregatedAt: successfully_aggregated_at ?? null,
    failedProducts: null,
  })
}

function isFailure({ failure, error }, { env, startedAt }) {
  assert.equal(failure.retryAt === null, failure.next !== 'retry-later')
  if (failure.retryAt !== null) assert.ok(failure.retryAt > startedAt)
  const { reply, headers } = env.wire.calls.at(-1)
  const { clientId, apiKey } = env.bank.mx.key
  const message = reply.json?.member?.connection_status_message ?? apiKey
  assertNoSecrets(error, clientId, apiKey, headers.authorization, 'Everyday', message)
}

test('the error for a member that exists carries its guid', async (t) => {
  const env = setup(t)
  const { memberGuid } = member('taken')
  const error = await env
    .start(await env.create('taken'))
    .result()
    .catch((error) => error)
  assert.deepEqual([error.code, error.memberGuid, error.status], ['member-exists', memberGuid, 409])
})

test('a new member is created with products, gets its first job, and its result names the products that failed', async (t) => {
  const env = setup(t)
  const dataRequest = { products: ['statements', 'investments'] }
  const flow = env.start({ ...(await env.create('no_questions')), dataRequest })
  assert.deepEqual((await flow.result()).failedProducts, ['investments'])
  assert.deepEqual(env.wire.calls[0].json.data_request, dataRequest)

  const other = setup(t, { createdStatus: 200 })
  const products = { dataRequest: { products: ['statements'] } }
  await other.start({ ...(await other.create('no_questions')), ...products }).result()
  assert.deepEqual(other.purposes().slice(0, 2), ['create', 'job'])
  assert.match(other.wire.calls[1].url, /\/fetch_statements$/)
})

test('the tables contain only simulated members', () => {
  const named = [...Object.keys(endings), ...Object.values(starts).flatMap((start) => Object.keys(start.endings))]
  for (const name of named) assert.ok(member(name))
})

for (const version of VERSIONS) {
  for (const status of [200, 201, 202]) {
    test(`a new OAuth member whose creation gives ${status} in ${version} connects`, async (t) => {
      const env = setup(t, { createdStatus: status })
      const { code, windows } = await runToEnd(env.start(oauth, { version }), env, { responses: [] })
      assert.deepEqual([code, windows.length, env.bank.counts().broken], ['done', 1, {}])
      assert.equal(env.bank.counts().credentials, 0)
    })
  }
}

test('if MX requires Accept-Version, only the newer version works', async (t) => {
  for (const [version, code] of [
    ['v20250224', 'done'],
    ['v20111101', 'request-refused'],
  ]) {
    const env = setup(t, { acceptVersionRequired: true })
    assert.equal((await runToEnd(env.start(job('text'), { version }), env, member('text'))).code, code)
  }
})
