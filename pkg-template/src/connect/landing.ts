import { entriesOfUrl, isGuid, readEntry, readIds, readText, readUrl, splitUrl } from './message.js'
import { invalidInput } from '../flow/errors.js'
import type { ConnectStep } from '../flow/steps.js'

/** What a landing URL says, which is the URL that Flinks Connect redirects the whole page to. It is untrusted. */
export type Landing = LandingClaim | LandingFailure

/** The claim in a landing URL. */
export interface LandingClaim {
  readonly loginId: string
  /** The one-time value that the flow put into the redirect URL; the flow compares it. Null if there is none. */
  readonly state: string | null
  readonly accountIds: readonly string[]
  readonly institution: string | null
  readonly error: null
}

/** A landing URL that says that the bank or the user refused. */
export interface LandingFailure {
  readonly loginId: null
  readonly state: string | null
  readonly error: LandingError
}

/** Why the user came back without a LoginId. It is untrusted: it may inform the user, and decides nothing. */
export interface LandingError {
  readonly code: LandingErrorCode
  /** The `error` of the URL if that is a short word, such as `access_denied`. Otherwise null. */
  readonly vendorReason: string | null
}

/**
 * Our codes for OAuth 2's errors: the user or the bank refused (`denied`), the bank had an error (`bank-error`) or does
 * not accept the request of Flinks (`request-refused`), or any other (`unknown`).
 */
export type LandingErrorCode = 'denied' | 'bank-error' | 'request-refused' | 'unknown'

/** The errors of RFC 6749, section 4.1.2.1. Flinks documents `error`, but not its values: that they are these is a guess. */
const ERROR_CODES = new Map<string, LandingErrorCode>([
  ['access_denied', 'denied'],
  ['server_error', 'bank-error'],
  ['temporarily_unavailable', 'bank-error'],
  ['invalid_request', 'request-refused'],
  ['invalid_scope', 'request-refused'],
  ['unauthorized_client', 'request-refused'],
  ['unsupported_response_type', 'request-refused'],
])

/** The query entries that Connect adds to a redirect URL, and the one that the flow put there. */
const OUR_ENTRIES = /^(loginid|accountid|institution|state|error(_description|_uri)?)$/i

/** The part of `window` that `readLanding` needs. */
export interface LandingPage {
  readonly location: { readonly href: string }
  readonly history: {
    readonly state: unknown
    replaceState(state: unknown, title: string, url: string): void
  }
}

/**
 * Reads the page's URL if it is the landing URL, which has the origin and path of `redirectUrl`, and a LoginId or an
 * `error`. Removes these query entries from the address bar and the history, because a LoginId must not become public.
 * Returns undefined, and changes nothing, if the URL is another one. Throws a `FlowError` with `INVALID_INPUT` and the
 * path if the landing URL is malformed, after it has removed the entries.
 */
export function readLanding(page: LandingPage, redirectUrl: string | URL): Landing | undefined {
  const expected = readUrl(redirectUrl)
  if (!page?.location?.href || !page.history) throw invalidInput('/page', 'must be window')
  if (expected === undefined) throw invalidInput('/redirectUrl', 'must be a valid URL')
  let isLanding = true
  try {
    const landing = readLandingUrl(page.location.href, expected)
    isLanding = landing !== undefined
    return landing
  } finally {
    if (isLanding) removeEntries(page)
  }
}

function removeEntries(page: LandingPage): void {
  const url = new URL(page.location.href)
  // Filtered as text: `URLSearchParams` would re-encode the other entries.
  const rest = url.search
    .slice(1)
    .split('&')
    .filter((entry) => !OUR_ENTRIES.test(readEntry(entry)[0]))
    .join('&')
  // Without a `?` of its own, the setter would take the first one of the text.
  url.search = rest && `?${rest}`
  page.history.replaceState(page.history.state, '', url.href)
}

/**
 * Reads a URL as `readLanding` does, for a deep link that an app gets from the operating system. Scheme, host and path
 * must be those of `redirectUrl`, which are compared as text. Needs no page.
 */
export function readLandingUrl(url: string | URL, redirectUrl: string | URL): Landing | undefined {
  const [expected, given] = [splitUrl(redirectUrl), splitUrl(url)]
  if (expected === undefined) throw invalidInput('/redirectUrl', 'must be a valid URL')
  if (given === undefined) throw invalidInput('/url', 'must be a valid URL')
  const landing = entriesOfUrl(url)
  const [loginIds, errors] = [landing('loginid'), landing('error')]
  if (given.place !== expected.place || loginIds.length + errors.length === 0) return undefined

  const one = (name: string) => {
    const [value, ...more] = landing(name)
    if (more.length > 0) throw invalidInput(`/landing/${name}`, 'must occur once')
    return readText(value) ?? null
  }
  const [loginId] = loginIds
  if (loginId === undefined) return { loginId: null, state: one('state'), error: toError(one('error')) }
  if (errors.length > 0) throw invalidInput('/landing/error', 'cannot be combined with loginId')
  if (loginIds.length > 1) throw invalidInput('/landing/loginId', 'must occur once')
  if (!isGuid(loginId)) throw invalidInput('/landing/loginId', 'must be a GUID')
  return {
    loginId,
    state: one('state'),
    accountIds: readIds(landing('accountid')),
    institution: one('institution'),
    error: null,
  }
}

/** Anybody can write the address, so only a word passes. `error_description` is free text, and never does. */
function toError(error: string | null): LandingError {
  const vendorReason = error !== null && /^[a-z_]{1,40}$/i.test(error) ? error : null
  return { code: ERROR_CODES.get(vendorReason?.toLowerCase() ?? '') ?? 'unknown', vendorReason }
}

/** The part of a `Flow` or a `RemoteFlow` that `handleLanding` needs. */
export type LandingFlow = AsyncIterable<{ readonly kind: string } | Pick<ConnectStep, 'kind' | 'returned'>>

/** What `handleLanding` did. */
export interface HandledLanding {
  /** Whether the flow received a claim. */
  readonly returned: boolean
  /** Why the user came back without a claim. The flow has not changed: its step `connect` can be opened again. */
  readonly error: LandingError | null
}

/**
 * Completes a whole-page redirect after the page has loaded again. Reads the landing URL at once, as `readLanding`
 * does, and reports its claim to the restored flow when that reaches its step `connect`. An `error` only informs: the
 * flow does not receive it. Rejects with `INVALID_INPUT`, and the flow keeps waiting, if the landing URL is malformed or
 * belongs to another flow. Pass the URL of a deep link in place of `window`.
 *
 * @example
 * const flow = remote('/mfa').resume(sessionStorage.flow)
 * const { error } = await handleLanding(flow, window, 'https://app.example/connected')
 */
export async function handleLanding(
  flow: LandingFlow | Promise<LandingFlow>,
  page: LandingPage | string | URL,
  redirectUrl: string | URL,
): Promise<HandledLanding> {
  const landing = isPage(page) ? readLanding(page, redirectUrl) : readLandingUrl(page, redirectUrl)
  if (!landing || landing.error) return { returned: false, error: landing?.error ?? null }
  const { loginId, state, accountIds } = landing
  const found = await flow
  if (!found?.[Symbol.asyncIterator]) throw invalidInput('/flow', 'must be a flow')
  for await (const step of found) {
    if (!('returned' in step) || step.kind !== 'connect') continue
    await step.returned({ loginId, state, accountIds })
    return { returned: true, error: null }
  }
  return { returned: false, error: null }
}

function isPage(page: LandingPage | string | URL): page is LandingPage {
  return (page as LandingPage | null)?.location !== undefined
}
