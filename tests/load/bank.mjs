/**
 * Flinks and MX with prepared replies, in their own process, because the simulator needs more CPU than what is
 * measured. It counts every submission, and records a fault for each one that does not belong to its person and round.
 *
 * `GET /seen` returns the counts and the faults.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import {
  aggregatedAt,
  answer,
  apiKey,
  institution,
  loginId,
  memberGuid,
  numberOf,
  prompt,
  requestId,
  roundsOf,
} from './people.mjs'

let calls = 0
const faults = []
const people = new Map()
const person = (n) => {
  const found = people.get(n) ?? { mints: 0, starts: 0, answers: 0 }
  people.set(n, found)
  return found
}

/** Records a fault unless a condition holds. */
const expect = (fits, what, n) => fits || faults.push(`${what} of person ${n}`)

// Flinks --------------------------------------------------------------------------------------

const challengeOf = (n, round) => [
  203,
  {
    HttpStatusCode: 203,
    Links: [{ rel: 'Authorization', href: '/Authorize', example: null }],
    SecurityChallenges: [{ Type: 'QuestionAndAnswer', Prompt: prompt(n, round) }],
    Institution: institution(n),
    RequestId: requestId(n),
  },
]

const authorized = (n) => [
  200,
  {
    HttpStatusCode: 200,
    Links: [{ rel: 'AccountsDetail', href: '/GetAccountsDetail', example: null }],
    Login: { Username: `person ${n}`, IsScheduledRefresh: false, LastRefresh: aggregatedAt(n), Id: loginId(n) },
    InstitutionId: 14,
    Institution: institution(n),
    RequestId: requestId(n),
  },
]

function mint(headers) {
  const n = Number(headers['flinks-auth-key'].slice('secret-'.length))
  expect((person(n).mints += 1) === 1, 'a second token', n)
  return [200, { HttpStatusCode: 200, Token: `token-${n}` }]
}

function authorize(headers, { LoginId, RequestId, SecurityResponses }) {
  const n = numberOf(LoginId ?? RequestId)
  const own = person(n)
  expect(headers['flinks-auth-key'] === `token-${n}`, 'another token', n)
  if (SecurityResponses === undefined) {
    expect((own.starts += 1) === 1 && LoginId !== undefined, 'another start', n)
    return challengeOf(n, 1)
  }
  own.answers += 1
  expect(SecurityResponses[prompt(n, own.answers)]?.[0] === answer(n, own.answers), 'another answer', n)
  return own.answers < roundsOf(n) ? challengeOf(n, own.answers + 1) : authorized(n)
}

// MX ------------------------------------------------------------------------------------------

function member(n, more) {
  const { answers } = person(n)
  const isDone = answers > 0
  return {
    aggregated_at: aggregatedAt(n),
    connection_status: isDone ? 'CONNECTED' : 'CHALLENGED',
    guid: memberGuid(n),
    is_authenticated: isDone,
    is_being_aggregated: !isDone,
    successfully_aggregated_at: aggregatedAt(n),
    ...more,
  }
}

const mx = {
  aggregate(n) {
    expect((person(n).starts += 1) === 1, 'another job', n)
    return [202, { member: member(n, { connection_status: 'CONNECTED' }) }]
  },
  status(n) {
    const challenge = { field_name: null, guid: `CRD-${n}`, label: prompt(n, 1), type: 0 }
    return [200, { member: member(n, { challenges: person(n).answers > 0 ? [] : [challenge] }) }]
  },
  resume(n, { member: { challenges } }) {
    const [{ guid, value }] = challenges
    expect((person(n).answers += 1) === 1 && guid === `CRD-${n}` && value === answer(n, 1), 'another answer', n)
    return [202, { member: member(n, { connection_status: 'RESUMED' }) }]
  },
}

// Both ----------------------------------------------------------------------------------------

function reply({ url, headers }, text) {
  calls += 1
  if (url.endsWith('/GenerateAuthorizeToken')) return mint(headers)
  if (url.endsWith('/Authorize')) return authorize(headers, JSON.parse(text))
  const [, guid, verb] = /^\/users\/USR-[\w-]+\/members\/(MBR-[\w-]+)\/(\w+)$/.exec(url)
  const n = numberOf(guid)
  const basic = `Basic ${Buffer.from(`company:${apiKey(n)}`).toString('base64')}`
  expect(headers.authorization === basic, 'another key', n)
  return mx[verb](n, text && JSON.parse(text))
}

const seen = () => ({ calls, faults: faults.splice(0), people: Object.fromEntries(people) })

const server = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const [status, body] = request.url === '/seen' ? [200, seen()] : reply(request, text)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
})
// A kept connection that closes just before it is used again would look like a lost reply.
server.keepAliveTimeout = 0
await once(server.listen(0, '127.0.0.1', 4_096), 'listening')
process.send(`http://127.0.0.1:${server.address().port}`)
process.once('disconnect', () => process.exit())
