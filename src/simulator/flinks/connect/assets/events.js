/** Posts messages to the parent or to the app, right or forged: see ConnectRules. */
const DEFAULT_REDIRECT_URL = 'https://example.com/thank-you'
const UNKNOWN_ID = '00000000-0000-0000-0000-000000000000'

/** {kind, own, another, elsewhere}: see forgery.rs. */
let forgery = null
let forged = false

/** @param latest the `forgery` of the last reply, if any */
export function misbehave(latest) {
  if (latest) forgery = latest
  if (forgery?.kind === 'early' && once()) send(redirect(claim(forgery.own)))
}

/** Posts one event. */
export function post(step, more = {}) {
  send({ step, ...more })
}

/** Called for the first screen on which the parent could accept a REDIRECT. Most forged ones are sent here. */
export function screenShown() {
  const message = forgery && redirect(claim(forgery.own))
  switch (forgery?.kind) {
    case 'wrong-origin':
      return once() && postFromNestedFrame(message, forgery.elsewhere)
    case 'other-window':
      return once() && postFromNestedFrame(message, new URL('..', import.meta.url).href.slice(0, -1))
    case 'malformed':
      return once() && MALFORMED.forEach(deliver)
  }
}

/** Posts the REDIRECT, and goes to its URL if the page is not in an iframe, or if `innerRedirect` is set. */
export function postRedirect(done, hasRedirectUrl) {
  const kind = forgery?.kind
  const claimed = kind === 'another-login' ? { ...done, loginId: forgery.another } : done
  if (kind === 'contradiction') send({ ...redirect(done), loginId: forgery.another })
  send(redirect(claimed))
  if (kind === 'duplicate') send(redirect(claimed))
  const isTop = parent === window
  if (hasRedirectUrl && (isTop || query().get('innerRedirect') === 'true')) location.assign(redirect(claimed).url)
}

/** Whether the page is the whole page, and can send the person back. */
export function isWholePage() {
  return parent === window && redirectUrl() !== null
}

/** The landing after a bank's OAuth page, if the person refused there: `error` and `error_description` (A). */
export function landRefused() {
  const url = redirectUrl()
  url.searchParams.set('error', 'access_denied')
  url.searchParams.set('error_description', 'The resource owner denied the request')
  location.assign(url)
}

/** Schemes that a browser runs or opens itself. Any other one is a deep link into an app (A). */
const BROWSER_SCHEMES = ['javascript:', 'data:', 'blob:', 'file:', 'about:', 'vbscript:', 'filesystem:', 'view-source:']

/** The `redirectUrl` of the page's URL, if it is valid: `http:`, `https:` or a deep link. */
export function redirectUrl() {
  const url = URL.parse(query().get('redirectUrl') ?? '')
  return url && !BROWSER_SCHEMES.includes(url.protocol) ? url : null
}

export const query = () => new URLSearchParams(location.search)

/** As on Flinks' page, plus the top-level keys that integrators see. `url` keeps its query. */
function redirect({ institution, loginId, requestId, accountIds, redirectHasAccounts = true }) {
  const url = redirectUrl() ?? new URL(DEFAULT_REDIRECT_URL)
  const accountId = redirectHasAccounts ? accountIds.join(',') : undefined
  for (const [key, value] of Object.entries({ loginId, institution, accountId })) {
    if (value) url.searchParams.set(key, value)
  }
  return { step: 'REDIRECT', institution, url: url.href, loginId, accountId, requestId }
}

/** A REDIRECT that is well-formed, but sent from a wrong window or at a wrong time. */
const claim = (loginId) => ({ institution: 'FlinksCapital', loginId, requestId: UNKNOWN_ID, accountIds: [UNKNOWN_ID] })

const MALFORMED = [
  null,
  7,
  [],
  '{"step":"REDIRECT"',
  { step: 7 },
  { step: 'REDIRECT' },
  { step: 'REDIRECT', institution: 'FlinksCapital', url: 'no address', loginId: 'no-guid' },
  {
    step: 'REDIRECT',
    institution: 'FlinksCapital',
    url: `${DEFAULT_REDIRECT_URL}?loginId=${UNKNOWN_ID}&loginId=${UNKNOWN_ID}x`,
  },
]

function once() {
  const first = !forged
  forged = true
  return first
}

function send(message) {
  deliver(forgery?.kind === 'json-string' ? JSON.stringify(message) : message)
}

/**
 * With `webview=true`, the page posts to the app that shows it, and to no parent (A). React Native accepts only text.
 * That WebKit's handler gets an object is a guess.
 */
function deliver(message) {
  if (query().get('webview') !== 'true') return parent.postMessage(message, '*')
  const { ReactNativeWebView, webkit } = window
  if (ReactNativeWebView) ReactNativeWebView.postMessage(toText(message))
  else webkit?.messageHandlers?.flinksEvent?.postMessage(message)
}

const toText = (message) => (typeof message === 'string' ? message : JSON.stringify(message))

/** Without another URL of this simulator, a sandbox gives the frame the origin `null`. */
function postFromNestedFrame(message, baseUrl) {
  const frame = document.createElement('iframe')
  frame.hidden = true
  if (!baseUrl) frame.setAttribute('sandbox', 'allow-scripts')
  const url = baseUrl ? `${baseUrl}/connect/forge` : new URL('forge', import.meta.url)
  frame.src = `${url}#${encodeURIComponent(JSON.stringify(message))}`
  document.body.append(frame)
}
