/**
 * Flinks and MX with prepared replies, as one function: all programs that the bench compares get the same replies in
 * the same time. A Flinks session has two rounds, a job of MX has one.
 */
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { ANSWERS, PROMPTS, loginId, memberGuid, requestId } from './data.mjs'

const challenge = (prompt) => ({
  HttpStatusCode: 203,
  Links: [{ rel: 'Authorization', href: '/Authorize', example: null }],
  SecurityChallenges: [{ Type: 'QuestionAndAnswer', Prompt: prompt }],
  Institution: 'FlinksCapital',
  RequestId: requestId,
})
const authorized = {
  HttpStatusCode: 200,
  Links: [{ rel: 'AccountsDetail', href: '/GetAccountsDetail', example: null }],
  Login: {
    Username: 'person',
    IsScheduledRefresh: false,
    LastRefresh: '2026-01-21T12:00:00Z',
    Type: 'Personal',
    Id: loginId,
  },
  InstitutionId: 14,
  Institution: 'FlinksCapital',
  RequestId: requestId,
}

function flinks({ MostRecentCached, SecurityResponses }) {
  if (MostRecentCached && SecurityResponses === undefined) return [200, authorized]
  if (SecurityResponses === undefined) return [203, challenge(PROMPTS[0])]
  if (SecurityResponses[PROMPTS[0]]?.[0] === ANSWERS[PROMPTS[0]]) return [203, challenge(PROMPTS[1])]
  if (SecurityResponses[PROMPTS[1]]?.[0] === ANSWERS[PROMPTS[1]]) return [200, authorized]
  throw new Error('the bank received a wrong answer')
}

const member = (isDone, more) => ({
  aggregated_at: '2026-01-21T12:00:00Z',
  connection_status: isDone ? 'CONNECTED' : 'CHALLENGED',
  guid: memberGuid,
  is_authenticated: isDone,
  is_being_aggregated: !isDone,
  successfully_aggregated_at: '2026-01-21T12:00:00Z',
  ...more,
})
const mxChallenge = { field_name: null, guid: 'CRD-1', label: PROMPTS[0], type: 0 }

/** A bank. `reply(url, body)` returns `[status, text]`, and `calls` counts them. */
export function openBank() {
  /** The members that have been answered. */
  const answered = new Set()
  const routes = {
    aggregate(guid) {
      answered.delete(guid)
      return [202, { member: member(false, { connection_status: 'CREATED' }) }]
    },
    status(guid) {
      const isDone = answered.has(guid)
      return [200, { member: member(isDone, { challenges: isDone ? [] : [mxChallenge] }) }]
    },
    resume(guid, { member: { challenges } }) {
      if (challenges[0].value !== ANSWERS[PROMPTS[0]]) throw new Error('the bank received a wrong answer')
      answered.add(guid)
      return [202, { member: member(false, { connection_status: 'RESUMED' }) }]
    },
  }
  const bank = { calls: 0, reply, fetch }
  function reply(url, body) {
    bank.calls += 1
    const [guid, verb] = url.split('/').slice(-2)
    const [status, json] =
      verb === 'Authorize' ? flinks(JSON.parse(body)) : routes[verb](guid, body && JSON.parse(body))
    return [status, JSON.stringify(json)]
  }
  /** The bank as a `fetch` that touches no network. */
  async function fetch(url, init = {}) {
    // ky passes a Request.
    const isRequest = typeof url === 'object' && 'url' in url
    const body = isRequest && url.body ? await url.text() : init.body
    const [status, text] = reply(isRequest ? url.url : String(url), body)
    return new Response(text, { status, headers: { 'content-type': 'application/json; charset=utf-8' } })
  }
  return bank
}

/** The metadata of an authorization server, which the peers ask for first. */
const authorizationServer = (address) =>
  JSON.stringify({
    issuer: `${address}/`,
    authorization_endpoint: `${address}/authorize`,
    token_endpoint: `${address}/token`,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
  })

/** Serves a bank on a socket of the loopback. */
async function serveBank() {
  const bank = openBank()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const [status, text] = request.url.startsWith('/.well-known/')
      ? [200, authorizationServer(`http://${request.headers.host}`)]
      : bank.reply(request.url, body)
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
  })
  // A kept connection that closes just before it is used again would look like a lost reply.
  server.keepAliveTimeout = 0
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}

/** Serves a bank in a process of its own, so that its work is not counted. */
export async function serveInProcess() {
  const child = fork(import.meta.filename)
  const [address] = await once(child, 'message')
  return { address, close: () => child.disconnect() }
}

if (process.argv[1] === import.meta.filename) {
  const { address } = await serveBank()
  process.send(address)
  process.once('disconnect', () => process.exit())
}
