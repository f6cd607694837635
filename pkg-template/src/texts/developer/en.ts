import type { DeveloperTexts } from '../types.js'

export const en: DeveloperTexts = {
  locale: 'en',
  codes: {
    unreachable:
      'No reply came from the vendor or the edge; check the network and, in a web page, whether cross-origin calls (CORS) are allowed.',
    'outcome-unknown':
      'The reply to the last submission was lost, and the vendor cannot tell what became of it; it was not sent again.',
    'host-error': 'A function of your host options threw an error; the same object is in cause.',
    'internal-error': 'This library failed unexpectedly; report it with the cause and the trace.',
    'timed-out': 'The vendor worked longer than its documented time limit.',
    'unreadable-reply': 'The vendor replied several times with a body that could not be parsed, such as an HTML page.',
    'session-expired':
      'The vendor’s session has expired, according to its reply or its documented time limit; the user was probably away.',
    cancelled: 'Your code or the user cancelled the flow; requests that were sent are not undone.',
    'credentials-refused':
      'The bank refused the username, the password or the LoginId; never send the same ones again.',
    'too-many-attempts':
      'The bank refused the credentials several times in a row; another wrong try can lock the login.',
    'answer-refused': 'The bank refused the answer and does not ask again in this session.',
    'answers-mismatched': 'The vendor could not match the answers to its questions; the session is over.',
    'question-unanswered':
      'The bank asked a question that has no stored answer; a background refresh cannot succeed without the user.',
    'concurrent-session': 'Another session of this connection is open; run one flow at a time for each connection.',
    busy: 'The bank or the vendor is busy, or the vendor’s rate limit is exceeded.',
    'bank-action-required': 'The bank requires the user to do something on its own site, such as accepting new terms.',
    'login-disabled': 'The bank has locked or disabled this login; new tries do not help.',
    'institution-closed': 'The vendor no longer connects to this institution; take it off your list.',
    'reauthorization-required': 'The user must grant access again at the bank, usually by its own sign-in (OAuth).',
    'member-exists':
      'A member with these credentials exists already; start with its memberGuid, which the failure names.',
    'institution-disabled': 'The vendor has temporarily disabled this institution; see the vendor’s status page.',
    unauthorized:
      'The vendor did not accept the key or token, or the order of the calls; check the keys and the environment.',
    'access-refused':
      'The vendor has one code for two causes: the institution did not grant access, or, if every flow ends like this, a key or token is wrong.',
    'session-refused':
      'The vendor has one code for two causes: the session’s token has expired, or the institution did not grant access.',
    'request-refused':
      'The vendor did not accept the request itself; check the parameters and what your account may use.',
    redirected:
      'The vendor replied with a redirect, which is not followed because answers could reach another host; check baseUrl.',
    'secret-missing':
      'Your host options gave no valid secret for the request, so it was not sent; check the key or the token function.',
    'login-mismatch':
      'The vendor authorized another LoginId than the requested one; do not store it, and report it to the vendor.',
    'card-in-use': 'The vendor is still processing this connection.',
    'vendor-error': 'The vendor had an internal error; vendorCode and status tell its support which.',
    refused: 'The vendor refused with a code that its documents do not list; see vendorCode.',
    'challenge-unanswerable': 'The bank asks something that nobody can answer, such as a choice without options.',
    INVALID_INPUT: 'An argument is missing, malformed or contradicts another; path names it, and nothing was sent.',
    INVALID_ANSWER: 'The answers do not fit the round, which stays open; fields names each wrong field and its reason.',
    STALE_ROUND: 'The answers are for a round that is over; nothing was sent, and flow.current has the open step.',
    OUT_OF_TURN: 'The flow is at another step by now; nothing was sent, and the flow is unchanged.',
    SNAPSHOT_UNREADABLE: 'The snapshot is truncated, edited or not a snapshot.',
    SNAPSHOT_VERSION:
      'This release cannot read the version of the snapshot; it reads its own and the versions just before and after it.',
    UNAUTHENTICATED: 'The edge’s authenticate returned null for this request (401).',
    FORBIDDEN: 'The request’s origin is not in the edge’s origins (403).',
    NOT_FOUND:
      'The edge does not know this flow, connection, route or data for this user, or the flow ended long ago (404).',
    METHOD_NOT_ALLOWED: 'The edge has this route with another method; see the response’s Allow header (405).',
    BODY_TOO_LARGE: 'The request’s body is larger than the edge’s limits.body (413).',
    RATE_LIMITED:
      'A limit of the edge is reached: starts of this user, or answers, windows or reads of this flow (429).',
    UNAVAILABLE:
      'The edge cannot work at the moment: one of its functions or its store threw, or a seal key is missing (503); see onError.',
  },
  next: {
    'retry-later': 'Start a new flow, not before retryAt.',
    'start-over': 'Start a new flow when the user is present.',
    'ask-credentials': 'Ask the user for the credentials, and start a new flow with them.',
    reconnect: 'Start a live flow with the user present, who must answer the bank or sign in there.',
    'visit-bank':
      'Ask the user to sign in on the bank’s site, or to phone the bank; a new flow before that does not help.',
    'fix-integration': 'Fix the code, the keys or the configuration; the user cannot change it.',
    'give-up': 'Stop: nothing that this library knows of helps; contact the vendor’s support with vendorCode.',
    'answer-again': 'Show flow.current, such as the open round, and let the user go on there.',
    'sign-in': 'Sign the user in to your own application, and repeat the call.',
  },
}
