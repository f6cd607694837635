/** Every person at the simulated Flinks bank, run to the documented end of the session. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { assertNoSecrets, newestRequestId, people, readAnyCase, runToEnd, setup, startModes } from './setup.mjs'

/**
 * How Flinks' documents say that a session ends: cached, live, and live with credentials if that differs. A person who is not
 * listed ends in `done`.
 */
const endings = {
  test_disabled_account: ['done', 'login-disabled'],
  test_service_unavailable: ['done', 'busy'],
  terms_after_mfa: ['done', 'bank-action-required'],
  choice_without_options: ['done', 'challenge-unanswerable'],
  // No answer in the first session is right.
  code_never_comes: ['done', 'answer-refused'],
  slow_for_ever: ['done', 'timed-out'],
  code_invalid_login_400: ['credentials-refused', 'credentials-refused'],
  code_invalid_login_401: ['credentials-refused', 'credentials-refused'],
  code_invalid_username: ['done', 'credentials-refused'],
  code_invalid_password: ['done', 'credentials-refused'],
  code_question_not_found: ['done', 'question-unanswered'],
  code_concurrent_session: ['done', 'concurrent-session'],
  code_retry_later: ['done', 'busy'],
  code_bank_maintenance: ['done', 'busy'],
  code_too_many_requests_401: ['busy', 'busy'],
  code_too_many_requests_403: ['busy', 'busy'],
  code_too_many_requests_429: ['busy', 'busy'],
  code_new_account: ['done', 'bank-action-required'],
  code_disabled_login: ['done', 'login-disabled'],
  code_disabled_institution: ['institution-disabled', 'institution-disabled'],
  code_unauthorized: ['unauthorized', 'access-refused'],
  code_access_not_granted: ['done', 'access-refused'],
  code_access_denied: ['unauthorized', 'unauthorized'],
  code_access_denied_403: ['unauthorized', 'unauthorized'],
  code_invalid_request_400: ['request-refused', 'request-refused'],
  code_invalid_request_401: ['request-refused', 'request-refused'],
  code_method_not_available: ['request-refused', 'request-refused'],
  code_card_in_use: ['card-in-use', 'card-in-use'],
  code_aggregation_error: ['vendor-error', 'vendor-error'],
  // The reply to this person's start has no RequestId.
  code_no_transaction: ['done', 'outcome-unknown'],
  code_session_nonexistent: ['session-expired', 'session-expired'],
  code_session_expired: ['session-expired', 'session-expired'],
  code_something_new: ['refused', 'refused'],
  broken_login: ['done', 'credentials-refused', 'done'],
  broken_question: ['done', 'question-unanswered', 'done'],
  broken_cached: ['question-unanswered', 'question-unanswered', 'done'],
  stored_missing: ['done', 'question-unanswered', 'done'],
  stored_wrong: ['done', 'question-unanswered', 'done'],
  code_invalid_security_response: ['done', 'answer-refused'],
  code_invalid_security_response_no_retry: ['done', 'answer-refused'],
  code_unknown_challenge_key: ['done', 'answers-mismatched'],
  code_securityresponses_incomplete: ['done', 'answers-mismatched'],
  code_bank_maintenance_after_answer: ['done', 'busy'],
  code_access_not_granted_after_answer: ['done', 'session-refused'],
}

/** The next action of each end. */
const nextActions = {
  'credentials-refused': 'ask-credentials',
  'question-unanswered': 'reconnect',
  'bank-action-required': 'visit-bank',
  'login-disabled': 'visit-bank',
  'access-refused': 'visit-bank',
  'session-refused': 'start-over',
  unauthorized: 'fix-integration',
  'request-refused': 'fix-integration',
  'answer-refused': 'start-over',
  'answers-mismatched': 'start-over',
  'session-expired': 'start-over',
  busy: 'retry-later',
  'timed-out': 'retry-later',
  'challenge-unanswerable': 'retry-later',
  'concurrent-session': 'retry-later',
  'institution-disabled': 'retry-later',
  'card-in-use': 'retry-later',
  'vendor-error': 'retry-later',
  'outcome-unknown': 'retry-later',
  refused: 'give-up',
}

/** The second next action of the ends that have two causes. */
const otherwise = { 'access-refused': 'fix-integration', 'session-refused': 'visit-bank' }

const sorted = (responses) => JSON.stringify(Object.entries(responses).sort())

for (const person of people) {
  for (const [mode, params] of Object.entries(startModes)) {
    const [cached, live, signedIn = live] = endings[person.username] ?? ['done', 'done']
    const expected = mode.startsWith('cached') ? cached : mode.endsWith('credentials') ? signedIn : live
    // The bank of a broken card refuses before it asks anything.
    const refusedAtOnce = person.group === 'broken cards' && expected !== 'done'

    for (const language of ['en', 'fr']) {
      test(`${person.username} (${person.title}), ${mode}, in ${language}, ends in ${expected}`, async (t) => {
        const env = setup(t)
        const start = env.bank.clock.now()
        const flow = env.start({ ...params(person), language, tag: 'c42', signIn: 'never' })
        const { rounds, end, code } = await runToEnd(flow, env)
        assert.equal(code, expected)
        assert.deepEqual(env.bank.counts().broken, {}, 'no rule of Flinks is broken')
        assert.equal(env.sent().length, rounds.length, 'each round is answered once')
        for (const [index, { responses }] of rounds.entries()) {
          assert.equal(sorted(env.sent()[index]), sorted(responses), 'the right answers are sent unchanged')
        }
        if (mode.startsWith('cached')) assert.deepEqual(rounds, [], 'a cached session has no challenges')
        else if (refusedAtOnce || code === 'challenge-unanswerable') assert.deepEqual(rounds, [])
        else if (language === 'en' && code !== 'outcome-unknown') assert.equal(rounds.length, person.responses.length)
        ;(code === 'done' ? isAuthorized : isFailure)(end, { person, env, start })
      })
    }
  }
}

function isAuthorized({ result }, { person, env }) {
  const reply = env.wire.calls.at(-1).reply.json
  assert.equal(result.requestId, newestRequestId(env.wire.calls))
  // An error code for an authorized session comes without data.
  if (readAnyCase(reply, 'FlinksCode')) return
  assert.deepEqual(
    { ...result, requestId: '', lastRefresh: '' },
    {
      requestId: '',
      loginId: person.loginId,
      institution: 'FlinksCapital',
      institutionId: 14,
      lastRefresh: '',
      scheduledRefresh: readAnyCase(readAnyCase(reply, 'Login'), 'IsScheduledRefresh'),
      tag: 'c42',
    },
  )
  assert.match(result.lastRefresh, /^202[56]-\d\d-\d\dT[\d:.]+Z$/)
}

function isFailure({ failure, error }, { person, env, start }) {
  assert.equal(failure.next, nextActions[failure.code])
  assert.equal(failure.otherwise, otherwise[failure.code] ?? null)
  assert.equal(error.otherwise, otherwise[failure.code])
  assert.equal(failure.retryAt === null, failure.next !== 'retry-later')
  if (failure.retryAt !== null) assert.ok(failure.retryAt > start)

  const { reply } = env.wire.calls.at(-1)
  assert.equal(failure.vendorCode, failure.status === null ? null : readAnyCase(reply.json, 'FlinksCode'))
  const tokens = env.wire.calls.map(({ headers }) => headers['flinks-auth-key'])
  assertNoSecrets(error, readAnyCase(reply.json, 'Message'), person.password, person.loginId, ...tokens)
}

test('the table of endings contains only simulated people', () => {
  const names = people.map(({ username }) => username)
  assert.deepEqual(
    Object.keys(endings).filter((username) => !names.includes(username)),
    [],
  )
})
