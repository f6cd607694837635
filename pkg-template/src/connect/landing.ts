import { entriesOf } from './flinks.js'
import { isGuid, readText, readTexts, readUrl } from './message.js'
import { invalidInput } from '../flow/errors.js'

/** What an address says that Flinks Connect sent the person back to. A claim, until the flow has confirmed it. */
export interface Landing {
  readonly loginId: string
  /** The one-time value that stood in the redirect URL's query; the flow compares it. */
  readonly state: string | null
  readonly accountIds: readonly string[]
  readonly institution: string | null
}

/** What Connect adds to a redirect URL, and the value that the flow put there. */
const OURS = ['loginid', 'accountid', 'institution', 'state']

/**
 * Reads the page's address where it is the landing address: `redirectUrl`'s origin and path, and a LoginId. Takes
 * what it read out of the address bar and the history at once, because a LoginId must not become public; the rest
 * of the query, the fragment and the history's state stay. Gives `undefined`, and leaves all as it is, where the
 * address is another. Throws a `FlowError` with `INVALID_INPUT` and the path where the landing is malformed; the
 * address is clean then, too.
 */
export function readLanding(
  page: Pick<Window, 'location' | 'history'>,
  redirectUrl: string | URL,
): Landing | undefined {
  const expected = readUrl(redirectUrl)
  if (expected === undefined) throw invalidInput('/redirectUrl', 'must be an address')
  const url = new URL(page.location.href)
  const landing = entriesOf(url.search)
  const loginIds = landing('loginid')
  if (url.origin !== expected.origin || url.pathname !== expected.pathname || loginIds.length === 0) return undefined

  // Entry by entry, so that what is not ours stays as it was written.
  const isOurs = (entry: string) => OURS.some((name) => entriesOf(entry)(name).length > 0)
  const rest = url.search
    .slice(1)
    .split('&')
    .filter((entry) => !isOurs(entry))
  url.search = rest.join('&')
  page.history.replaceState(page.history.state, '', url.href)

  const [loginId] = loginIds
  if (loginId === undefined || loginIds.length > 1) throw invalidInput('/landing/loginId', 'must be there once')
  if (!isGuid(loginId)) throw invalidInput('/landing/loginId', 'must be a GUID')
  const one = (name: string) => {
    const [value, ...more] = landing(name)
    if (more.length > 0) throw invalidInput(`/landing/${name}`, 'must be there once')
    return readText(value) ?? null
  }
  return {
    loginId,
    state: one('state'),
    accountIds: readTexts(landing('accountid')),
    institution: one('institution'),
  }
}

/** What is needed of a flow that was stored before the person left. */
export type Landable = AsyncIterable<
  | { readonly kind: string }
  | { readonly kind: 'connect'; returned(claim: { loginId: string; state: string | null }): void | Promise<void> }
>

/**
 * The whole-page way, after the reload: reads the landing address as `readLanding` does, at once, and tells the flow
 * that was restored, or will be, as soon as it stands at its step `connect`. Resolves to whether it did. Rejects with
 * `INVALID_INPUT` where the landing is malformed or not the flow's own, and the flow waits on.
 */
export async function land(
  flow: Landable | Promise<Landable>,
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
