/** Flinks: the page calls it across origins, with authorize tokens from the page's server. */
import { RETURN_URL } from '../leave-view.js'
import { flinksFlow } from '../connection.js'
import { flinks } from '../package.js'

export default {
  /** Whether an earlier flow changes this one: signing in through Connect repairs a broken connection for good. */
  keepsChanges: ({ mode }) => ['reconnect', 'resume', 'link'].includes(mode),

  /** The simulator's list of people. */
  list: 'people',

  /** Labels of the simulator's groups. */
  groups: {
    toolbox: 'Flinks sandbox',
    challenges: 'Challenge types',
    unanswerable: 'Cannot be answered',
    'wrong answers': 'Wrong answers',
    quirks: 'Unusual replies',
    waits: 'Slow banks',
    refusals: 'Error codes',
    'broken cards': 'Broken connections',
    'stored answers': 'Stored answers',
    data: 'Data calls',
  },

  /** The calls that can fail. */
  faultTargets: {
    start: 'the start',
    answer: 'an answer',
    poll: 'a poll',
    token: 'the token request',
    any: 'the next call',
  },

  /** Labels of the diagram's transitions. */
  transitions: { waits: '202', asks: '203', connects: 'Connect', links: 'first link', done: '200' },

  legend: '200, 202 and 203 are the HTTP statuses of Flinks: done, still working, and a question.',

  /** The request field that `answerRaw` fills. */
  rawAnswerField: 'SecurityResponses',

  dataAdvice:
    'Store the LoginId with the connection on your server. There, fetch the accounts with this RequestId within 30 minutes, for example with bank-mfa/calls.',

  edgeDataAdvice:
    'Your server received the LoginId and the RequestId when the flow ended. This page has neither, so it has nothing to store.',

  route: (session) => `From ${location.host} to ${new URL(session.baseUrl).host}`,

  idOf: ({ username }) => username,

  async params(person, choices, session, fetch) {
    // Flinks speaks two languages.
    const language = choices.language === 'fr' ? 'fr' : 'en'
    if (choices.mode !== 'resume') return flinksFlow(person, { ...choices, language })
    const requestId = await beginSession(person, session, fetch)
    return { kind: 'resume', params: { requestId, loginId: person.loginId, language } }
  },

  host(session, { authorizeAsync, presentation }, fetch) {
    const { baseUrl, connectUrl, instance, customerId } = session
    const redirectUrl = presentation === 'page' ? RETURN_URL : undefined
    const authorizeToken = (request) => session.authorizeToken(request, fetch)
    return { instance, customerId, baseUrl, connectUrl, redirectUrl, authorizeToken, authorizeAsync }
  },

  start: ({ kind, params }, host) => flinks[kind](params, host),

  /** What a result needs before it is used, if anything: a title and a sentence. */
  neededCheck({ health, ownership }) {
    if (ownership === 'unproven') {
      return [
        'Check the account holder',
        'Nothing proves that this LoginId belongs to your user. Compare the account holder’s name with your user’s name before you store it.',
      ]
    }
    if (health === 'unproven') {
      return [
        'Reconnect live, later',
        'Cached mode reports success without contacting the bank, so the connection may be broken. Do not rely on it before a live refresh succeeds.',
      ]
    }
    return undefined
  },
}

/** Begins the live session that the flow resumes, as a back end does. Returns its RequestId. */
async function beginSession({ loginId, username }, { baseUrl, customerId, ...session }, fetch) {
  const token = await session.authorizeToken({ flowId: crypto.randomUUID(), session: 1 }, fetch)
  const reply = await fetch(`${baseUrl}/v3/${customerId}/BankingServices/Authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'flinks-auth-key': token },
    body: JSON.stringify({ LoginId: loginId, MostRecentCached: false, Save: true }),
  })
  if (reply.status !== 203) throw new Error(`the bank asks ${username} nothing, so no session can be resumed`)
  return (await reply.json()).RequestId
}
