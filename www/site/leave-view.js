/** Leaving this page for Flinks Connect, which redirects the person back. The package checks what it returns. */
import { button, el } from './create-element.js'
import { readLanding } from './package.js'

/** Connect redirects the person back to this page. */
export const RETURN_URL = new URL('.', location.href).href

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

/**
 * Buttons that leave this page for Connect, and that cancel the flow.
 * @param {import('bank-mfa/texts').Texts} texts
 */
export function leaveView(step, flow, { locale, labels, windowErrors }) {
  const problem = el('p', { class: 'refused', role: 'alert', hidden: !landingError })
  if (landingError) problem.textContent = windowErrors[landingError.code] ?? windowErrors.unknown
  landingError = null
  const leave = async () => {
    try {
      location.assign(await step.pageUrl())
    } catch {
      problem.hidden = false
      problem.textContent = labels.pageFailed
    }
  }
  return el(
    'div',
    { class: 'notice', lang: locale },
    el('h3', { tabindex: '-1' }, labels.windowTitle),
    problem,
    el('p', {}, labels.windowHint),
    el(
      'div',
      { class: 'actions' },
      button(labels.openWindow, leave, { id: 'leave', class: 'primary' }),
      button(labels.cancel, () => flow.cancel()),
    ),
  )
}

/** Where no server serves the vendor's own page. */
export function noServerView(step, flow, { labels }) {
  return el(
    'div',
    { class: 'notice' },
    el('h3', { tabindex: '-1' }, 'Here your user continues on the vendor’s own page'),
    el('p', {}, 'This copy of the demo cannot show it. Run ', el('code', {}, 'npx bank-mfa demo'), ' to see it.'),
    button(labels.cancel, () => flow.cancel()),
  )
}
