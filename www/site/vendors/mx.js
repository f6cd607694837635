/** MX: its API is for servers, so the page calls its own server, which adds the key. */
import { when } from '../outcome.js'
import { mx } from '../package.js'

/** Who is in the middle of a job before anybody asks. */
const UNDER_WAY = new Set(['already_challenged', 'already_running'])

/** Where the simulator says that the bank's windows are. */
const BANK = 'https://mxbank.mx.com'

export default {
  /** A job that has run does not run again for hours, and credentials that are known are refused. */
  remembers: () => true,

  list: 'members',

  groups: {
    'mx bank': 'MX’s own sandbox: MX Bank',
    challenges: 'One for each challenge',
    'wrong answers': 'Wrong answers',
    statuses: 'One for each status',
    quirks: 'Odd replies',
    oauth: 'OAuth',
  },

  strikes: {
    start: 'the start',
    answer: 'an answer',
    poll: 'a status',
    challenges: 'the challenges',
    window: 'the window’s address',
    any: 'whatever is next',
  },

  events: { waits: 'running', asks: 'CHALLENGED', redirects: 'PENDING', done: 'CONNECTED' },

  fetchWords:
    'Keep the member guid with the connection, on your server, and read its accounts and transactions from there.',

  route: (session) => `From ${location.host} by way of its own server to ${new URL(session.baseUrl).host}`,

  idOf: ({ name }) => name,

  /** The ways to begin that make sense for a member, the most natural one first. */
  beginnings({ name, username }) {
    if (UNDER_WAY.has(name)) return ['watch', 'job']
    if (name === 'busy') return ['job', 'watch']
    if (name === 'taken') return ['create', 'job', 'renew']
    if (username) return ['job', 'create', 'renew']
    // Whoever comes new through OAuth is always this one.
    if (name === 'oauth') return ['create', 'watch']
    return name === 'oauth_again' ? ['job'] : ['watch']
  },

  /** `fetch` is the logged one. */
  async params({ userGuid, memberGuid, institutionCode, username, password }, { beginning }, session, fetch) {
    const signIn = (password) => credentials(session, institutionCode, { LOGIN: username, PASSWORD: password }, fetch)
    switch (beginning) {
      case 'job':
        return { userGuid, memberGuid, job: 'aggregate' }
      case 'create':
        if (!username) return { userGuid, institutionCode, isOauth: true }
        return { userGuid, institutionCode, credentials: await signIn(password) }
      case 'renew':
        return { userGuid, memberGuid, credentials: await signIn('Renewed') }
      default:
        return { userGuid, memberGuid }
    }
  },

  /** No client id and no API key: the page has none. */
  host: (session) => ({ environment: 'integration', baseUrl: session.proxyUrl }),

  begin: (params, host) => mx.member(params, host),

  /** The simulated bank has no origin of its own: it is found at the simulated vendor's. */
  windowAt: (url, session) => url.replace(BANK, session.baseUrl),

  facts: ({ memberGuid, connectionStatus, aggregatedAt, successfullyAggregatedAt }) => [
    ['member-guid', 'Member guid', memberGuid],
    ['connection-status', 'Status', connectionStatus && String(connectionStatus)],
    ['aggregated-at', 'Aggregated', aggregatedAt && when(Date.parse(aggregatedAt))],
    ['succeeded-at', 'With success', successfullyAggregatedAt && when(Date.parse(successfullyAggregatedAt))],
  ],
}

/** What an institution asks a new member for, filled in by its field names. */
async function credentials(session, institution, values, fetch) {
  const url = `${session.proxyUrl}/institutions/${institution}/credentials`
  const response = await fetch(url, { headers: { accept: 'application/json', 'accept-version': 'v20250224' } })
  const asked = await response.json()
  return asked.credentials.map(({ guid, field_name }) => ({ guid, value: values[field_name] }))
}
