/** The connections that a world can have: the flows of the crash test, and every simulated person and member. */
import { flows } from '../crash/flows.mjs'
import { simulator } from '../lib/package.mjs'
import { customerId } from '../lib/bank.mjs'

const { people, mx } = simulator()

/** Their lists are long, or they wait for hours. They are in few worlds. */
const HEAVY = ['many_options', 'slow_for_ever', 'endless', 'impaired', 'imported', 'denied_silent', 'null_at_the_end']
/** A picture of 5 MB takes ten seconds. The tests of the package have it. */
const LEFT_OUT = 'huge_image'

const entry = (name, connect) => ({ name, connect, types: [], noCode: [], rules: {}, mxRules: {}, cancels: false })

const authorize = (name, params) =>
  entry(`flinks ${name}`, (bank, base) => ({
    vendor: 'flinks',
    host: { instance: 'toolbox', customerId, baseUrl: base },
    secretKey: bank.secretKey,
    flow: { kind: 'authorize', params },
  }))

const flinks = people.flatMap(({ username, password, loginId }) => [
  authorize(`cached ${username}`, { loginId, mostRecentCached: true }),
  authorize(`live ${username}`, { loginId, mostRecentCached: false }),
  authorize(`with credentials ${username}`, { username, password, institution: 'FlinksCapital' }),
])

const isOauth = ({ group }) => group === 'oauth'
const members = mx.members
  .filter(({ name }) => name !== LEFT_OUT)
  .map((member) =>
    entry(`mx job ${member.name}`, (bank, base) => ({
      vendor: 'mx',
      host: { environment: 'integration', baseUrl: base },
      ...bank.mx.key,
      params: {
        userGuid: member.userGuid,
        memberGuid: member.memberGuid,
        ...(isOauth(member) ? {} : { job: 'aggregate' }),
      },
    })),
  )

const all = new Map([...flinks, ...members, ...flows].map((entry) => [entry.name, entry]))
const names = [...all.keys()]
const heavy = names.filter((name) => HEAVY.some((word) => name.endsWith(word)))
const light = names.filter((name) => !heavy.includes(name))

/** The flows of the crash test have all steps. People of one step are many, and bank windows are few. */
const GROUPS = {
  varied: [flows.map(({ name }) => name), 5],
  flinks: [light.filter((name) => name.startsWith('flinks')), 2],
  mx: [light.filter((name) => name.startsWith('mx')), 2.5],
  windows: [light.filter((name) => /oauth|at the bank/i.test(name)), 1],
  iframes: [light.filter((name) => /reconnect, iframe|first link|widget/.test(name)), 1],
  heavy: [heavy, 0.1],
}
const WEIGHTS = Object.fromEntries(Object.entries(GROUPS).map(([name, [, weight]]) => [name, weight]))

export const find = (name) => all.get(name)

export const pickEntry = (random) => find(random.pick(GROUPS[random.weighted(WEIGHTS)][0]))

/** The username and the password, or what else the form asks for, in its order. */
export function credentialsOf({ types }, resolved) {
  if (types.length > 0) return types
  const { params } = resolved.flow ?? resolved
  const person =
    people.find(({ loginId, username }) => loginId === params.loginId || username === params.username) ??
    mx.members.find(({ memberGuid }) => memberGuid === params.memberGuid) ??
    people[0]
  return [person.username, person.password]
}
