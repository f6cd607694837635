/** Flinks: the page calls it across origins, with authorize tokens that its own server makes. */
import { when } from '../outcome.js'
import { flinks } from '../package.js'

export default {
  /** Where the simulator's control surface tells who is there. */
  list: 'people',

  /** The simulator's groups, in words. */
  groups: {
    toolbox: 'Flinks’ own sandbox',
    challenges: 'One for each challenge',
    'wrong answers': 'Wrong answers',
    quirks: 'Odd replies',
    waits: 'Slow banks',
    refusals: 'Refusals',
    'broken cards': 'Broken connections',
    'stored answers': 'Stored answers',
    data: 'What the data calls meet',
  },

  /** The calls that a fault can strike. */
  strikes: {
    start: 'the start',
    answer: 'an answer',
    poll: 'a poll',
    token: 'the making of a token',
    any: 'whatever is next',
  },

  /** What it says that leads from state to state. */
  events: { waits: '202', asks: '203', done: '200' },

  /** What `answerRaw` takes. */
  ownTerms: 'SecurityResponses',

  fetchWords:
    'Keep the LoginId with the connection, on your server, and call the data endpoints with this RequestId within 30 minutes.',

  route: (session) => `From ${location.host} to ${new URL(session.baseUrl).host}`,

  idOf: ({ username }) => username,

  params({ username, password, loginId }, { mode, language }) {
    if (mode === 'credentials') return { username, password, institution: 'FlinksCapital', language }
    return { loginId, mostRecentCached: mode === 'cached', language }
  },

  host(session, { authorizeAsync }, fetch) {
    const { baseUrl, instance, customerId } = session
    const authorizeToken = (asked) => session.authorizeToken(asked, fetch)
    return { instance, customerId, baseUrl, authorizeToken, authorizeAsync }
  },

  begin: (params, host) => flinks.authorize(params, host),

  facts: ({ requestId, loginId, institution, institutionName, lastRefresh, scheduledRefresh }) => [
    ['request-id', 'RequestId', requestId],
    ['login-id', 'LoginId', loginId],
    ['institution', 'Institution', institutionName ?? institution],
    ['last-refresh', 'Last refresh', lastRefresh && when(Date.parse(lastRefresh))],
    ['scheduled-refresh', 'Scheduled refresh', scheduledRefresh === null ? null : scheduledRefresh ? 'yes' : 'no'],
  ],
}
