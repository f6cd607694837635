/** Flinks: the page calls it across origins, with authorize tokens that its own server makes. */
import { HOME } from '../connect.js'
import { flinksFlow } from '../connection.js'
import { when } from '../outcome.js'
import { flinks } from '../package.js'

const YES_OR_NO = { true: 'yes', false: 'no' }

const METHODS = {
  live: 'Live: the bank let it pass without a question',
  form: 'Form: the person answered in this page',
  'mid-session': 'Mid-session: the person answered on Flinks’ page',
  credentials: 'Credentials: the person signed in on Flinks’ page',
}
const HEALTH = {
  live: 'Live: the bank was reached in this flow',
  unproven: 'Unproven: only cached data says so',
}
const OWNERSHIP = {
  given: 'Given: you brought the LoginId',
  tagged: 'Tagged: Flinks brought back this flow’s own tag',
  unproven: 'Unproven: the LoginId exists, and that is all',
}

export default {
  /** Who signed in on Connect's page has a whole connection again. */
  remembers: ({ mode }) => mode === 'reconnect' || mode === 'link',

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
  events: { waits: '202', asks: '203', connects: 'Connect', links: 'first link', done: '200' },

  /** What `answerRaw` takes. */
  ownTerms: 'SecurityResponses',

  fetchWords:
    'Keep the LoginId with the connection, on your server, and call the data endpoints with this RequestId within 30 minutes.',

  /** The same where the flow ran at the edge. */
  toldWords:
    'Your server was told the LoginId and the RequestId as the flow ended. This page was told neither, and has nothing to keep.',

  route: (session) => `From ${location.host} to ${new URL(session.baseUrl).host}`,

  idOf: ({ username }) => username,

  params: (person, chosen) => flinksFlow(person, chosen),

  host(session, { authorizeAsync, place }, fetch) {
    const { baseUrl, connectUrl, instance, customerId } = session
    const redirectUrl = place === 'page' ? HOME : undefined
    const authorizeToken = (asked) => session.authorizeToken(asked, fetch)
    return { instance, customerId, baseUrl, connectUrl, redirectUrl, authorizeToken, authorizeAsync }
  },

  begin: ({ kind, params }, host) => flinks[kind](params, host),

  /** What must be done before anybody counts on it. */
  doubt({ health, ownership }) {
    if (ownership === 'unproven') {
      const words =
        'Nothing shows that this LoginId belongs to the person in front of the page. Compare the account holder’s name with your user’s before you store it.'
      return { title: 'Linked, but whose is it?', advice: ['Find out whose it is', words] }
    }
    if (health === 'unproven') {
      const words =
        'Only cached mode says that all is well, and it never contacts the bank: a broken connection looks the same. Count on it once a live refresh goes well.'
      return { title: 'Known, but perhaps broken', advice: ['Reconnect it live, later', words] }
    }
    return undefined
  },

  facts: ({ method, health, ownership, requestId, loginId, ...more }) => [
    ['method', 'Method', METHODS[method]],
    ['health', 'Health', HEALTH[health]],
    ['ownership', 'Whose it is', OWNERSHIP[ownership]],
    ['request-id', 'RequestId', requestId],
    ['login-id', 'LoginId', loginId],
    ['institution', 'Institution', more.institutionName ?? more.institution],
    ['last-refresh', 'Last refresh', more.lastRefresh && when(Date.parse(more.lastRefresh))],
    ['scheduled-refresh', 'Scheduled refresh', YES_OR_NO[more.scheduledRefresh]],
  ],
}
