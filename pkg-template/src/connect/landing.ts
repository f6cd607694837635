import { entriesOf } from './flinks.js'
import { isGuid, readText, readTexts, readUrl } from './message.js'
import { invalidInput } from '../flow/errors.js'
import type { ConnectStep } from '../flow/steps.js'

/** The claim in the landing URL, which is the URL that Flinks Connect redirects the whole page to. It is untrusted. */
export interface Landing {
  readonly loginId: string
  /** The one-time value that the flow put into the redirect URL; the flow compares it. Null if there is none. */
  readonly state: string | null
  readonly accountIds: readonly string[]
  readonly institution: string | null
}

/** The query entries that Connect adds to a redirect URL, and the one that the flow put there. */
const OUR_ENTRIES = ['loginid', 'accountid', 'institution', 'state']

/**
 * Reads the page's URL if it is the landing URL, which has the origin and path of `redirectUrl` and a LoginId. Removes
 * these query entries from the address bar and the history, because a LoginId must not become public. Returns undefined,
 * and changes nothing, if the URL is another one. Throws a `FlowError` with `INVALID_INPUT` and the path if the landing
 * URL is malformed, after it has removed the entries.
 */
export function readLanding(
  page: Pick<Window, 'location' | 'history'>,
  redirectUrl: string | URL,
): Landing | undefined {
  const expected = readUrl(redirectUrl)
  if (expected === undefined) throw invalidInput('/redirectUrl', 'must be a valid URL')
  const url = new URL(page.location.href)
  const landing = entriesOf(url.search)
  const loginIds = landing('loginid')
  if (url.origin !== expected.origin || url.pathname !== expected.pathname || loginIds.length === 0) return undefined

  // Filtered as text: `URLSearchParams` would re-encode the other entries.
  const isOurs = (entry: string) => OUR_ENTRIES.some((name) => entriesOf(entry)(name).length > 0)
  const rest = url.search
    .slice(1)
    .split('&')
    .filter((entry) => !isOurs(entry))
  url.search = rest.join('&')
  page.history.replaceState(page.history.state, '', url.href)

  const [loginId] = loginIds
  if (loginId === undefined || loginIds.length > 1) throw invalidInput('/landing/loginId', 'must occur once')
  if (!isGuid(loginId)) throw invalidInput('/landing/loginId', 'must be a GUID')
  const one = (name: string) => {
    const [value, ...more] = landing(name)
    if (more.length > 0) throw invalidInput(`/landing/${name}`, 'must occur once')
    return readText(value) ?? null
  }
  return {
    loginId,
    state: one('state'),
    accountIds: readTexts(landing('accountid')),
    institution: one('institution'),
  }
}

/** The part of a `Flow` or a `RemoteFlow` that `handleLanding` needs. */
export type LandingFlow = AsyncIterable<{ readonly kind: string } | Pick<ConnectStep, 'kind' | 'returned'>>

/**
 * Completes a whole-page redirect after the page has loaded again. Reads the landing URL at once, as `readLanding`
 * does, and reports it to the restored flow when that reaches its step `connect`. Resolves to whether it did. Rejects
 * with `INVALID_INPUT`, and the flow keeps waiting, if the landing URL is malformed or belongs to another flow.
 *
 * @example
 * const flow = remote('/mfa').resume(sessionStorage.flow)
 * await handleLanding(flow, window, 'https://app.example/connected')
 */
export async function handleLanding(
  flow: LandingFlow | Promise<LandingFlow>,
  page: Pick<Window, 'location' | 'history'>,
  redirectUrl: string | URL,
): Promise<boolean> {
  const landing = readLanding(page, redirectUrl)
  if (landing === undefined) return false
  const { loginId, state } = landing
  for await (const step of await flow) {
    if (!('returned' in step) || step.kind !== 'connect') continue
    await step.returned({ loginId, state })
    return true
  }
  return false
}
