/** The people of the load test: each has a vendor, a connection and answers, all derived from a number. */
const HEX = (n) => n.toString(16).padStart(12, '0')

export const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
export const ORIGIN = 'https://app.example'

/** Of four people, two are customers of MX, one of Flinks with one round, and one of Flinks with two. */
export const isMx = (n) => n % 2 === 1
export const roundsOf = (n) => (n % 4 === 2 ? 2 : 1)

/** The ids of a person at the vendors. */
export const loginId = (n) => `10000000-0000-4000-8000-${HEX(n)}`
export const requestId = (n) => `20000000-0000-4000-8000-${HEX(n)}`
export const userGuid = (n) => `USR-30000000-0000-4000-8000-${HEX(n)}`
export const memberGuid = (n) => `MBR-40000000-0000-4000-8000-${HEX(n)}`

/** Each person is a tenant with its own keys. */
export const secretKey = (n) => `secret-${n}`
export const apiKey = (n) => `key-${n}`

/** The person of an id. */
export const numberOf = (id) => parseInt(id.slice(-12), 16)

export const prompt = (n, round) => `What is city ${round} of person ${n}?`
export const answer = (n, round) => `City ${n}.${round}`
/** Parts of the result that only this person has. */
export const institution = (n) => `Bank ${n}`
export const aggregatedAt = (n) => new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString().replace('.000', '')

/** A person's connection, as the company knows it. */
export function findConnection(n, baseUrl) {
  if (isMx(n)) {
    const params = { userGuid: userGuid(n), memberGuid: memberGuid(n), job: 'aggregate' }
    const host = { environment: 'integration', baseUrl }
    return { vendor: 'mx', host, clientId: 'company', apiKey: apiKey(n), params }
  }
  const params = { loginId: loginId(n), mostRecentCached: false }
  const host = { instance: 'toolbox', customerId, baseUrl }
  return { vendor: 'flinks', host, secretKey: secretKey(n), flow: { kind: 'authorize', params } }
}
