/** Everybody's members at MX, walked to the documented end through the package as it ships. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { VERSIONS, assertTellsNothing, bench, job, member, members, oauth, walk } from './mx-bench.mjs'

/** How a flow ends by MX's documents: code and next action. Who is not here ends in `done`. */
const CREDENTIALS = ['credentials-refused', 'ask-credentials']
const BUSY = ['busy', 'retry-later']
const BANK = ['bank-action-required', 'visit-bank']
const CLOSED = ['institution-closed', 'give-up']
const endings = {
  mx_bank_unauthorized: CREDENTIALS,
  mx_bank_invalid: CREDENTIALS,
  mx_bank_disabled: CREDENTIALS,
  mx_bank_locked: BANK,
  mx_bank_bad_request: BUSY,
  mx_bank_server_error: BUSY,
  mx_bank_unavailable: BUSY,
  prevented: CREDENTIALS,
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
  endless: ['timed-out', 'retry-later'],
  // Nothing can be answered where nothing is asked.
  no_challenges: ['outcome-unknown', 'retry-later'],
}

/** The ways to begin, with what ends in another way there, and the rules that this breaks. */
const ways = {
  'a job': {
    params: ({ name }) => job(name),
    endings: { no_credentials: CREDENTIALS, busy: ['concurrent-session', 'retry-later'] },
    broken: { busy: { 'job-conflict': 1 } },
    counts: [1, 0],
  },
  'new credentials': {
    params: ({ name }, stage) => stage.update(name),
    endings: {},
    broken: {},
    counts: [0, 1],
  },
  'a new member': {
    params: ({ name }, stage) => stage.create(name),
    endings: { taken: ['member-exists', 'fix-integration'] },
    broken: { taken: { 'member-exists': 1 } },
    counts: [0, 1],
  },
}

/** Their options go by their guids alone, which only a host that knows can say. */
const isRaw = (name) => name === 'options_by_guid'

/** Who takes hundreds of looks, or megabytes: once shows it. */
const COSTLY = new Set(['endless', 'slow', 'huge_image'])

for (const member of members) {
  const isCostly = COSTLY.has(member.name)
  for (const [way, row] of Object.entries(ways)) {
    if ((member.group === 'oauth' || isCostly) && way !== 'a job') continue
    const [code, next] = row.endings[member.name] ?? endings[member.name] ?? ['done', undefined]
    // The versions differ in what carries a request and in the shape of a body: a job shows both.
    for (const version of way === 'a job' && !isCostly ? VERSIONS : VERSIONS.slice(0, 1)) {
      test(`${member.name} (${member.title}), by ${way}, in ${version}, ends in ${code}`, async (t) => {
        const stage = bench(t)
        const start = stage.bank.clock.now()
        const flow = stage.start(await row.params(member, stage), { version })
        const walked = await walk(flow, stage, { ...member, isRaw: isRaw(member.name) })
        assert.equal(walked.code, code)
        assert.equal(walked.end.failure?.next, next)
        const { broken, jobs, credentials, answers } = stage.bank.counts()
        assert.deepEqual(broken, row.broken[member.name] ?? {}, 'no rule of the vendor is broken')
        assert.deepEqual([jobs, credentials, answers], [...row.counts, walked.rounds.length])
        assert.deepEqual(
          stage.sent(),
          walked.rounds.map(({ right }) => right),
          'the wire bears the right values',
        )
        if (code === 'done') isConnected(walked, { member, stage })
        else isFailure(walked.end, { stage, start })
      })
    }
  }
}

function isConnected({ rounds, windows, end: { result } }, { member, stage }) {
  assert.equal(rounds.length, member.responses.length)
  assert.equal(windows.length, member.group === 'oauth' ? 1 : 0)
  const { guid, connection_status, aggregated_at, successfully_aggregated_at } =
    stage.wire.calls.at(-1).reply.json.member
  assert.deepEqual(result, {
    memberGuid: guid ?? null,
    connectionStatus: connection_status,
    aggregatedAt: aggregated_at ?? null,
    successfullyAggregatedAt: successfully_aggregated_at ?? null,
  })
}

function isFailure({ failure, error }, { stage, start }) {
  assert.equal(failure.retryAt === null, failure.next !== 'retry-later')
  if (failure.retryAt !== null) assert.ok(failure.retryAt > start)
  const { reply, headers } = stage.wire.calls.at(-1)
  const { clientId, apiKey } = stage.bank.mx.key
  const message = reply.json?.member?.connection_status_message ?? apiKey
  assertTellsNothing(error, clientId, apiKey, headers.authorization, 'Everyday', message)
}

test('everybody in the tables is a member', () => {
  const named = [...Object.keys(endings), ...Object.values(ways).flatMap((way) => Object.keys(way.endings))]
  for (const name of named) assert.ok(member(name))
})

for (const version of VERSIONS) {
  for (const status of [200, 201, 202]) {
    test(`a member of the bank's own site is created with ${status} in ${version}, and connects`, async (t) => {
      const stage = bench(t, { createdStatus: status })
      const { code, windows } = await walk(stage.start(oauth, { version }), stage, { responses: [] })
      assert.deepEqual([code, windows.length, stage.bank.counts().broken], ['done', 1, {}])
      assert.equal(stage.bank.counts().credentials, 0)
    })
  }
}

test('where every call must say Accept-Version, the older version is refused and the newer is not', async (t) => {
  for (const [version, code] of [
    ['v20250224', 'done'],
    ['v20111101', 'request-refused'],
  ]) {
    const stage = bench(t, { acceptVersionRequired: true })
    assert.equal((await walk(stage.start(job('text'), { version }), stage, member('text'))).code, code)
  }
})
