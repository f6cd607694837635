/** MX: its API is for servers, so the page calls its own server, which adds the key. */
import { mxParams } from '../connection.js'
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

  /** The same where the flow ran at the edge. */
  toldWords: 'Your server was told the member guid as the flow ended. This page was not, and has nothing to keep.',

  route: (session) => `From ${location.host} by way of its own server to ${new URL(session.baseUrl).host}`,

  idOf: ({ name }) => name,

  /** The ways to begin that make sense for a member, the most natural one first. To the edge a page gives no credentials. */
  beginnings(member, home) {
    const fit = waysIn(member)
    return home === 'edge' ? fit.filter((beginning) => !needsCredentials(member, beginning)) : fit
  },

  /** `fetch` is the logged one. */
  async params(member, chosen, session, fetch) {
    const { userGuid, memberGuid, institutionCode, username, password } = member
    const { beginning } = chosen
    if (!needsCredentials(member, beginning)) return mxParams(member, chosen)
    const given = { LOGIN: username, PASSWORD: beginning === 'renew' ? 'Renewed' : password }
    const whose = beginning === 'renew' ? { memberGuid } : { institutionCode }
    return { userGuid, ...whose, credentials: await credentials(session, institutionCode, given, fetch) }
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

function waysIn({ name, username }) {
  if (UNDER_WAY.has(name)) return ['watch', 'job']
  if (name === 'busy') return ['job', 'watch']
  if (name === 'taken') return ['create', 'job', 'renew']
  if (username) return ['job', 'create', 'renew']
  // Whoever comes new through OAuth is always this one.
  if (name === 'oauth') return ['create', 'watch']
  return name === 'oauth_again' ? ['job'] : ['watch']
}

/** Who signs in by OAuth gives none. */
const needsCredentials = ({ username }, beginning) => beginning === 'renew' || (beginning === 'create' && !!username)

/** What an institution asks a new member for, filled in by its field names. */
async function credentials(session, institution, values, fetch) {
  const url = `${session.proxyUrl}/institutions/${institution}/credentials`
  const response = await fetch(url, { headers: { accept: 'application/json', 'accept-version': 'v20250224' } })
  const asked = await response.json()
  return asked.credentials.map(({ guid, field_name }) => ({ guid, value: values[field_name] }))
}
