/** Checks that the back end and the vendors can be reached from here. Each check sends one `GET`. */
import type { Environment } from './environment.js'
import { ok, problem, skipped, warning, type Finding } from './finding.js'
import { probe, redirectOf } from './network.js'

/** The clocks of two machines may differ by this, in milliseconds. */
const CLOCK_TOLERANCE_MS = 60_000

/** What can be wrong with BACKEND_URL, and what to do. */
const URL_FAULTS: [(url: string) => boolean, string, string][] = [
  [
    (url) => !/^https?:/.test(url) || !URL.canParse(url),
    'is not an http or https URL',
    'Set it to an address, such as https://backend.example.',
  ],
  [
    (url) => new URL(url).hostname === 'backend.example',
    'is the example of the template',
    'Set it to the address of your back end.',
  ],
  [
    (url) => new URL(url).username !== '' || new URL(url).password !== '',
    'contains a user name',
    'Remove it: `fetch` refuses such an address. The edge sends BACKEND_KEY.',
  ],
  [(url) => url.endsWith('/'), 'ends with a slash', 'Remove the slash: app.js adds /bank-connections.'],
]

/**
 * Asks the back end without its key, which it must refuse. `isReachable` is whether it replied, or whether the edge has a
 * back end of another kind.
 */
export async function checkBackEnd({
  BACKEND_URL: url,
}: Environment): Promise<{ findings: Finding[]; isReachable: boolean }> {
  const check = 'back end'
  const unreachable = (message: string, fix: string) => ({
    ...{ findings: [problem(check, message, fix)], isReachable: false },
  })
  if (!url) return { findings: [skipped(check, 'BACKEND_URL is not set')], isReachable: true }
  for (const [isWrong, message, fix] of URL_FAULTS) if (isWrong(url)) return unreachable(`BACKEND_URL ${message}`, fix)
  const reply = await probe(`${url}/bank-connections/bank-mfa-doctor/bank-mfa-doctor`)
  if ('failure' in reply) {
    const fix = 'Check that your back end runs, and BACKEND_URL: .dev.vars replaces the value of wrangler.jsonc.'
    return unreachable(`${new URL(url).origin}: ${reply.failure}`, fix)
  }
  const redirect = redirectOf(reply)
  if (redirect !== null) {
    return unreachable(
      `redirects to ${redirect}`,
      'Set BACKEND_URL to the address itself: a redirect can lose the body.',
    )
  }
  if (reply.status >= 500) {
    return unreachable(`replies with status ${reply.status}`, 'Check the log of your back end, and BACKEND_URL.')
  }
  const isRefused = [401, 403].includes(reply.status)
  const fix = 'It must reply 401 without `authorization: Bearer {BACKEND_KEY}`: it tells the ids of connections.'
  const finding = isRefused
    ? ok(check, 'refuses a request without BACKEND_KEY')
    : problem(check, `accepts a request without BACKEND_KEY: status ${reply.status}`, fix)
  return { findings: [finding], isReachable: true }
}

export async function checkFlinksApi(url: string): Promise<Finding[]> {
  const check = 'Flinks API'
  const { origin } = new URL(url)
  const reply = await probe(origin)
  if (!('failure' in reply)) return [ok(check, `${origin} replies`), ...checkClock(check, reply.headers)]
  const fix = 'Check FLINKS_INSTANCE, and whether this network allows calls to this host.'
  return [problem(check, `${origin}: ${reply.failure}`, fix)]
}

/** Asks for the status of a member that does not exist: MX refuses a wrong key, and replies 404 to a right one. */
export async function checkMxApi(url: string, headers: Record<string, string>): Promise<Finding[]> {
  const check = 'MX API'
  const { origin } = new URL(url)
  const reply = await probe(url, { headers })
  if ('failure' in reply) {
    return [problem(check, `${origin}: ${reply.failure}`, 'Check whether this network allows calls to this host.')]
  }
  const clock = checkClock(check, reply.headers)
  if (reply.status === 401) {
    const fix = 'Each environment has keys of its own: check MX_CLIENT_ID, MX_API_KEY and MX_ENVIRONMENT.'
    return [problem(check, 'MX refuses the key', fix), ...clock]
  }
  if (reply.status === 403) {
    return [
      problem(check, 'MX refuses this client or this address', 'Ask MX whether your IP address must be allowed.'),
      ...clock,
    ]
  }
  if (reply.status === 404 || reply.status === 200) return [ok(check, 'accepts the key'), ...clock]
  return [warning(check, `unexpected status ${reply.status}`, 'Try again later.'), ...clock]
}

/** Compares the clock of this machine with that of a reply. */
export const checkClock = (source: string, headers: Headers): Finding[] =>
  clockFindings(source, Date.parse(headers.get('date') ?? ''))

/** A clock that is wrong makes flows expire too early or too late. Nothing if it is right, or not known. */
export function clockFindings(source: string, now: number): Finding[] {
  const difference = Date.now() - now
  if (!(Math.abs(difference) > CLOCK_TOLERANCE_MS)) return []
  const seconds = Math.round(Math.abs(difference) / 1_000)
  const message = `this machine is ${seconds} s ${difference > 0 ? 'ahead of' : 'behind'} the clock of ${source}`
  return [problem('clock', message, 'Synchronise the clocks, for example by NTP: time limits of flows depend on them.')]
}
