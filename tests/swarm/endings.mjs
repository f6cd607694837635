/**
 * Every code that a flow can end with: the next action that the documents promise, and what must have happened at the
 * vendor. What a vendor's word means is from its own pages, and not from the client.
 */
const MINUTE = 60_000

/** The edge cancels a flow after this time. A slow store delays its first record. */
const LIFETIME_MS = 134 * MINUTE

/** So long does a flow poll after a start or an answer, and in all. The last poll would come after this time. */
const [POLLING_MS, TOTAL_MS] = [29 * MINUTE, 119 * MINUTE]

/** MX's numbers for its statuses, which its widget sends, and the API may. */
const MX_STATUSES =
  'CREATED PREVENTED DENIED CHALLENGED REJECTED LOCKED CONNECTED IMPEDED RECONNECTED DEGRADED DISCONNECTED DISCONTINUED CLOSED DELAYED FAILED UPDATED DISABLED IMPORTED RESUMED EXPIRED IMPAIRED PENDING'.split(
    ' ',
  )

const nameOf = (status) => (/^\d+$/.test(`${status}`) ? MX_STATUSES[status] : status)

/** What a vendor says in a reply, as words: its codes and statuses, and that of HTTP. */
export function wordsOf({ status, code, mxStatus, body }) {
  const { member, error } = body
  let detail = member?.error
  try {
    if (typeof detail === 'string') detail = JSON.parse(detail)
  } catch {}
  const words = [`HTTP ${status}`, code, nameOf(mxStatus), error?.type, detail?.error_code].filter(Boolean).map(String)
  if (member && mxStatus === null) words.push('no status')
  return words
}

/** The words after which a flow may end with a code. A status of HTTP counts also beside a code. */
const WORDS = {
  'credentials-refused': ['INVALID_LOGIN', 'INVALID_USERNAME', 'INVALID_PASSWORD', 'DENIED', 'IMPORTED', 'IMPAIRED'],
  'too-many-attempts': ['PREVENTED'],
  'answer-refused': ['INVALID_SECURITY_RESPONSE', 'INVALID_SECURITY_RESPONSE_NO_RETRY', 'REJECTED', '2001', '2002'],
  'answers-mismatched': ['UNKNOWN_CHALLENGE_KEY', 'SECURITYRESPONSES_INCOMPLETE'],
  'question-unanswered': ['QUESTION_NOT_FOUND'],
  'session-expired': ['SESSION_EXPIRED', 'SESSION_NONEXISTENT', 'EXPIRED', '2003'],
  'concurrent-session': ['CONCURRENT_SESSION', 'HTTP 409'],
  busy: ['RETRY_LATER', 'TOO_MANY_REQUESTS', 'BANK MAINTENANCE_RETRY_LATER', 'HTTP 429'],
  'bank-action-required': ['NEW_ACCOUNT', 'LOCKED', 'IMPEDED'],
  'login-disabled': ['DISABLED_LOGIN'],
  'institution-closed': ['DISCONTINUED', 'CLOSED', 'DISABLED'],
  'institution-disabled': ['DISABLED_INSTITUTION'],
  'reauthorization-required': ['2004', 'PENDING'],
  'member-exists': ['HTTP 409'],
  unauthorized: ['UNAUTHORIZED', 'ACCESS_DENIED', 'HTTP 401', 'HTTP 403'],
  'access-refused': ['UNAUTHORIZED'],
  'session-refused': ['UNAUTHORIZED'],
  'request-refused': [
    'INVALID_REQUEST',
    'METHOD_NOT_AVAILABLE',
    'HTTP 400',
    'HTTP 404',
    'HTTP 405',
    'HTTP 409',
    'HTTP 418',
  ],
  'card-in-use': ['CARD_IN_USE'],
  'vendor-error': ['AGGREGATION_ERROR', 'FAILED'],
  redirected: ['HTTP 301', 'HTTP 302', 'HTTP 303', 'HTTP 307', 'HTTP 308'],
}
WORDS['credentials-refused'].push('2005', 'no status')
WORDS.busy.push('DEGRADED', 'DISCONNECTED', 'DELAYED', '3000', '3001', '3002')
WORDS.busy.push('institution_maintenance_error', 'institution_unavailable_error')

const DOCUMENTED = new Set([...Object.values(WORDS).flat(), ...MX_STATUSES, 'OK', 'CREATED', 'no status'])
for (const word of ['OPERATION_PENDING', 'OPERATION_DISPATCHED', 'ALREADY_AUTHORIZED', 'NO_TRANSACTION'])
  DOCUMENTED.add(word)

const says =
  (code) =>
  ({ arrivals }) =>
    arrivals.some(({ reply }) => reply && wordsOf(reply).some((word) => WORDS[code].includes(word)))

/** Flinks authorizes the session: a 2xx with its id, no challenges, and no code of a failure. */
const isAuthorized = ({ code, status, requestId, body }) =>
  ['ALREADY_AUTHORIZED', 'NO_TRANSACTION'].includes(code) ||
  ([200, 201].includes(status) &&
    requestId &&
    !body.securitychallenges?.length &&
    [undefined, 'OK', 'CREATED'].includes(code))

/** MX is connected, and no job is running. Newer versions of its API do not say whether one is. */
const isConnected = ({ mxStatus, body }) => nameOf(mxStatus) === 'CONNECTED' && body.member.is_being_aggregated !== true

/** MX has accepted a job, which did not start: the polls of two minutes have found the member as it was. */
const IDLE_POLLS = 40
function isIdle({ arrivals }) {
  const polls = arrivals.filter(({ purpose, reply }) => purpose === 'status' && reply).slice(-IDLE_POLLS)
  const isIdlePoll = ({ reply }) => reply.mxStatus === 'CREATED' && reply.body.member?.is_being_aggregated !== true
  return polls.length === IDLE_POLLS && polls.every(isIdlePoll)
}

/** The data is there, and the vendor has said so since it got the last answers. */
function isDone({ arrivals, lastAnswer }) {
  return arrivals
    .slice(Math.max(lastAnswer, 0))
    .some(({ reply }) => reply && (isAuthorized(reply) || isConnected(reply)))
}

const SUBMITTING = ['start', 'answer', 'credentials', 'connect', 'verify']

const isOutcomeUnknown = ({ submissions, stages, isDisturbed, isLost, isOdd }) =>
  (isDisturbed || isLost || isOdd) &&
  (submissions.length > 0 || stages.length === 0 || stages.some((stage) => SUBMITTING.includes(stage)))

const isDisturbed = (story) => story.isDisturbed
const isUnreadable = ({ arrivals }) => arrivals.some(({ damaged, reply }) => damaged !== null || reply?.status >= 400)
const asks = ({ arrivals }) =>
  arrivals.some(({ reply }) => reply?.body.securitychallenges || nameOf(reply?.mxStatus) === 'CHALLENGED')
const isSilent = ({ silentMs }) => silentMs >= 4 * MINUTE
const isTokenRefused = ({ arrivals }) => arrivals.some(({ reply }) => [401, 403].includes(reply?.status))

const any =
  (...truths) =>
  (story) =>
    truths.some((truth) => truth(story))

const isHostAtFault = ({ faults }) => faults.some((what) => /^(company|page storage|store|edge) /.test(what))
/** The edge's own token call is a function of the host, too. A call that is repeated needs a token again. */
function isTokenLost({ arrivals, faults }) {
  const last = arrivals.at(-1)
  const isForToken = last === undefined || last.purpose === 'token' || !last.heard
  return isForToken && faults.some((what) => what.startsWith('vendor '))
}

/** A call of the flow was lost, or the edge has got no token. */
const isUnreachable = ({ isLost, arrivals }) =>
  isLost || arrivals.some(({ purpose, damaged }) => purpose === 'token' && damaged !== null)
const isCancelled = ({ isCancelled, isLocal, ageMs }) => isCancelled || (!isLocal && ageMs >= LIFETIME_MS)

/** By code: the next action, what must be true, and the other action of codes with two causes. */
export const ENDINGS = {
  done: [null, isDone],
  unreachable: ['retry-later', isUnreachable],
  'outcome-unknown': ['retry-later', isOutcomeUnknown],
  'host-error': ['retry-later', any(isHostAtFault, isTokenLost)],
  'internal-error': ['retry-later', () => false],
  'timed-out': ['retry-later', ({ ageMs, workedMs }) => workedMs >= POLLING_MS || ageMs >= TOTAL_MS],
  'unreadable-reply': ['retry-later', isUnreadable],
  'concurrent-session': ['retry-later', says('concurrent-session')],
  busy: ['retry-later', any(says('busy'), isIdle)],
  'institution-disabled': ['retry-later', says('institution-disabled')],
  'card-in-use': ['retry-later', says('card-in-use')],
  'vendor-error': ['retry-later', says('vendor-error')],
  'challenge-unanswerable': ['retry-later', asks],
  'session-expired': ['start-over', any(says('session-expired'), isTokenRefused, isSilent)],
  cancelled: ['start-over', isCancelled],
  'answer-refused': ['start-over', says('answer-refused')],
  'answers-mismatched': ['start-over', says('answers-mismatched')],
  'session-refused': ['start-over', says('session-refused'), 'visit-bank'],
  'credentials-refused': ['ask-credentials', says('credentials-refused')],
  'too-many-attempts': ['ask-credentials', says('too-many-attempts')],
  'question-unanswered': ['reconnect', says('question-unanswered')],
  'reauthorization-required': ['reconnect', says('reauthorization-required')],
  'bank-action-required': ['visit-bank', says('bank-action-required')],
  'login-disabled': ['visit-bank', says('login-disabled')],
  'access-refused': ['visit-bank', says('access-refused'), 'fix-integration'],
  'member-exists': ['fix-integration', says('member-exists')],
  unauthorized: ['fix-integration', says('unauthorized')],
  'request-refused': ['fix-integration', says('request-refused')],
  redirected: ['fix-integration', says('redirected')],
  'secret-missing': ['fix-integration', isDisturbed],
  'institution-closed': ['give-up', says('institution-closed')],
  'login-mismatch': [
    'give-up',
    ({ arrivals, loginId, faults }) =>
      faults.includes('sends a forged message') ||
      arrivals.some(({ reply }) => reply?.login?.Id && reply.login.Id !== loginId),
  ],
  refused: [
    'give-up',
    ({ arrivals }) =>
      arrivals.some(
        ({ reply }) => reply && [reply.code, nameOf(reply.mxStatus)].some((word) => word && !DOCUMENTED.has(word)),
      ),
  ],
}

/** A cancelled flow whose submission may still be under way is to be tried later. */
const isLater = ({ code, next }) => code === 'cancelled' && next === 'retry-later'

/** What is wrong with an ending, or undefined. */
export function lieOf(outcome, failure, story) {
  const code = outcome === 'done' ? 'done' : failure.code
  if (!Object.hasOwn(ENDINGS, code)) return `the code ${code}, which no document lists`
  const [next, isTrue, otherwise = null] = ENDINGS[code]
  if (!isTrue(story))
    return `${code}, after ${story.arrivals
      .map(({ purpose, reply }) => `${purpose} ${reply ? wordsOf(reply) : ''}`)
      .slice(-6)
      .join('; ')}`
  if (!failure) return undefined
  if (failure.next !== next && !isLater(failure)) return `${code} with the next action ${failure.next}`
  if ((failure.otherwise ?? null) !== otherwise) return `${code} or else ${failure.otherwise}`
  return undefined
}
