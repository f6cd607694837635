/** What the parent hears, and what is wrong with it where a rule of the simulator wants it so. */
const THANK_YOU = 'https://example.com/thank-you'
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** {kind, own, another, elsewhere}: see forgery.rs. */
let forgery = null
let forged = false

/** @param found what the vendor says of the forgery; the last one holds */
export function misbehave(found) {
  if (found) forgery = found
  if (forgery?.kind === 'early' && once()) send(redirect(claim(forgery.own)))
}

/** Posts one event. */
export function post(step, more = {}) {
  send({ step, ...more })
}

/** The first screen on which a REDIRECT could be believed: forged ones come here. */
export function screenShown() {
  const message = forgery && redirect(claim(forgery.own))
  switch (forgery?.kind) {
    case 'wrong-origin':
      return once() && nested(message, forgery.elsewhere)
    case 'other-window':
      return once() && nested(message, new URL('..', import.meta.url).href.slice(0, -1))
    case 'malformed':
      return once() && MALFORMED.forEach((malformed) => parent.postMessage(malformed, '*'))
  }
}

/** Posts the REDIRECT, and leaves for its address where that is the way. */
export function redirected(done, addressed) {
  const kind = forgery?.kind
  const real = kind === 'another-login' ? { ...done, loginId: forgery.another } : done
  if (kind === 'contradiction') send({ ...redirect(done), loginId: forgery.another })
  send(redirect(real))
  if (kind === 'duplicate') send(redirect(real))
  const isTop = parent === window
  if (addressed && (isTop || query().get('innerRedirect') === 'true')) location.assign(redirect(real).url)
}

/** Whether the address says where to go in the end. */
export function redirectUrl() {
  const url = URL.parse(query().get('redirectUrl') ?? '')
  return url && ['http:', 'https:'].includes(url.protocol) ? url : null
}

export const query = () => new URLSearchParams(location.search)

/** As on Flinks' page, with what integrators see at the top level besides. The url keeps the query that it had. */
function redirect({ institution, loginId, requestId, accountIds }) {
  const url = redirectUrl() ?? new URL(THANK_YOU)
  const accountId = accountIds.join(',')
  for (const [key, value] of Object.entries({ loginId, institution, accountId })) {
    if (value) url.searchParams.set(key, value)
  }
  return { step: 'REDIRECT', institution, url: url.href, loginId, accountId, requestId }
}

/** Nothing is wrong with it but where it comes from, or when. */
const claim = (loginId) => ({ institution: 'FlinksCapital', loginId, requestId: NOBODY, accountIds: [NOBODY] })

const MALFORMED = [
  null,
  7,
  [],
  '{"step":"REDIRECT"',
  { step: 7 },
  { step: 'REDIRECT' },
  { step: 'REDIRECT', institution: 'FlinksCapital', url: 'no address', loginId: 'no-guid' },
  { step: 'REDIRECT', institution: 'FlinksCapital', url: `${THANK_YOU}?loginId=${NOBODY}&loginId=${NOBODY}x` },
]

function once() {
  const first = !forged
  forged = true
  return first
}

function send(message) {
  parent.postMessage(forgery?.kind === 'json-string' ? JSON.stringify(message) : message, '*')
}

/** Without another address of this simulator, a sandbox makes another origin: `null`. */
function nested(message, address) {
  const frame = document.createElement('iframe')
  frame.hidden = true
  if (!address) frame.setAttribute('sandbox', 'allow-scripts')
  const place = address ? `${address}/connect/forge` : new URL('forge', import.meta.url)
  frame.src = `${place}#${encodeURIComponent(JSON.stringify(message))}`
  document.body.append(frame)
}
