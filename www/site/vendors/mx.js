/** MX: its API is for servers only, so the page calls its own server, which adds the key. */
import { mxParams } from '../connection.js'
import { mx } from '../package.js'

/** Members whose job is already running. */
const RUNNING = new Set(['already_challenged', 'already_running'])

/** OAuth members that have not signed in yet. */
const AT_WINDOW = new Set(['oauth_challenged', 'oauth_escaped', 'oauth_migrated'])

/** The simulator's addresses of the bank's windows and of MX's widget. The core accepts only https there. */
const BANK_ORIGIN = 'https://mxbank.mx.com'
const WIDGET_ORIGIN = 'https://int-widgets.moneydesktop.com'

export default {
  /** Whether an earlier flow changes this one: MX runs a finished job only after hours, and refuses known credentials. */
  keepsChanges: () => true,

  /** Whether the flow asks, while the person is asked, if the round is still open. */
  watchesRounds: true,

  list: 'members',

  groups: {
    'mx bank': 'MX sandbox: MX Bank',
    challenges: 'Challenge types',
    unanswerable: 'Cannot be answered',
    'wrong answers': 'Wrong answers',
    statuses: 'Connection statuses',
    quirks: 'Unusual replies',
    oauth: 'OAuth',
  },

  faultTargets: {
    start: 'the start',
    answer: 'an answer',
    poll: 'a status request',
    challenges: 'the challenges request',
    window: 'the OAuth address request',
    any: 'the next call',
  },

  transitions: { waits: 'running', asks: 'CHALLENGED', redirects: 'PENDING', done: 'CONNECTED' },

  legend: 'Words in capitals are the connection_status of MX’s member.',

  dataAdvice: 'Store the member guid with the connection on your server, and read its accounts and transactions there.',

  edgeDataAdvice:
    'Your server received the member guid when the flow ended. This page does not have it, so it has nothing to store.',

  route: (session) => `From ${location.host} through its own server to ${new URL(session.baseUrl).host}`,

  idOf: ({ name }) => name,

  /** An OAuth member signs in on the bank's own site, which a server has to serve. */
  needsServer: ({ group }) => group === 'oauth',

  /** The ways to start that a member allows, the most usual one first. A page never sends credentials to the edge. */
  memberStarts(member, runtime) {
    const starts = allStarts(member)
    return runtime === 'edge' ? starts.filter((start) => !needsCredentials(member, start)) : starts
  },

  /** `fetch` is the one of the request log. */
  async params(member, choices, session, fetch) {
    const { userGuid, memberGuid, institutionCode, username, password } = member
    const { memberStart, widget } = choices
    if (!needsCredentials(member, memberStart)) return mxParams(member, choices)
    const isUpdate = memberStart === 'update'
    const values = { LOGIN: username, PASSWORD: isUpdate ? 'Renewed' : password }
    const credentials = await fillCredentials(session, institutionCode, values, fetch)
    const presentation = widget ? 'widget' : 'form'
    return { userGuid, ...(isUpdate ? { memberGuid } : { institutionCode }), credentials, presentation }
  },

  /** The page has no client id and no API key. */
  host: (session) => ({ environment: 'integration', baseUrl: session.proxyUrl }),

  start: (params, host) => mx.member(params, host),

  /** Where this demo serves a simulated page. The widget has an origin of its own, as Connect has. */
  pageUrl: (url, session) => url.replace(BANK_ORIGIN, session.baseUrl).replace(WIDGET_ORIGIN, session.connectUrl),
}

function allStarts({ name, username }) {
  if (RUNNING.has(name)) return ['watch', 'aggregate']
  if (name === 'busy') return ['aggregate', 'watch']
  if (name === 'taken') return ['create', 'ask', 'aggregate', 'update']
  if (username) return ['aggregate', 'create', 'ask', 'update']
  // The simulator always gives a new OAuth member this name.
  if (name === 'oauth') return ['create', 'watch']
  if (AT_WINDOW.has(name)) return ['watch']
  return name === 'oauth_connected' ? ['sign-in'] : ['aggregate', 'sign-in']
}

/** A member that signs in by OAuth has no credentials. */
const needsCredentials = ({ username }, start) => start === 'update' || (start === 'create' && !!username)

/** Reads which credentials an institution asks for, and fills them in by field name. */
async function fillCredentials(session, institution, values, fetch) {
  const url = `${session.proxyUrl}/institutions/${institution}/credentials`
  const response = await fetch(url, { headers: { accept: 'application/json', 'accept-version': 'v20250224' } })
  const { credentials } = await response.json()
  return credentials.map(({ guid, field_name }) => ({ guid, value: values[field_name] }))
}
