/** Leaving this page for Flinks Connect, which redirects the person back. The package checks what it returns. */
import { button, el } from './create-element.js'
import { readLanding } from './package.js'

/** Connect redirects the person back to this page. */
export const RETURN_URL = new URL('.', location.href).href

const WHY = {
  denied: 'You or your bank refused the connection. You can try again.',
  other: 'Your bank could not connect you. You can try again.',
}

/** Why the person came back without a result. It is shown once. */
let landingError = null

/**
 * Reads what Connect put into this page's address: `{ landing }`, whose `error` says why there is no result, or
 * `{ refused: true }` if it is malformed.
 */
export function readLandingOnce() {
  try {
    const landing = readLanding(window, RETURN_URL)
    landingError = landing?.error
    return { landing }
  } catch {
    return { refused: true }
  }
}

/** A button that leaves this page for Connect. */
export function leaveView(step) {
  const place = el('div', { class: 'notice' })
  const leave = async () => {
    try {
      location.assign(await step.pageUrl())
    } catch {
      place.replaceChildren(
        el('p', { class: 'refused', role: 'alert' }, 'Your bank’s page cannot be opened right now.'),
        button('Try again', leave),
      )
    }
  }
  if (landingError) {
    place.append(el('p', { class: 'refused', role: 'alert' }, WHY[landingError.code] ?? WHY.other))
    landingError = null
  }
  place.append(
    el('h3', { tabindex: '-1' }, 'Continue at your bank'),
    el('p', {}, 'You continue on another page and return here afterwards.'),
    button('Continue to your bank', leave, { id: 'leave', class: 'primary' }),
  )
  return place
}

/** Where no server serves the vendor's own page. */
export function noServerView() {
  return el(
    'div',
    { class: 'notice' },
    el('h3', { tabindex: '-1' }, 'Here your user continues on the vendor’s own page'),
    el('p', {}, 'This copy of the playground cannot show it. Run ', el('code', {}, 'npx bank-mfa demo'), ' to see it.'),
  )
}
