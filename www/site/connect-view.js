/** The vendor's own page: in an iframe, or as the whole page with a redirect back. The package checks what it returns. */
import { button, el } from './create-element.js'
import { mount, readLanding } from './package.js'

/** Connect redirects the person back to this page. */
export const RETURN_URL = `${location.origin}/`

/** Why the person came back without a result. It is shown once. */
let landingError = null

/**
 * Reads what Connect put into this page's address: `{ landing }`, whose `error` says why there is no result, or
 * `{ refused: true }` if it is malformed.
 */
export function readAddress() {
  try {
    const landing = readLanding(window, RETURN_URL)
    landingError = landing?.error
    return { landing }
  } catch {
    return { refused: true }
  }
}

export function frameView(step, texts, messageLog) {
  const place = el('div', { id: 'connect-frame' })
  function open() {
    place.replaceChildren()
    const { iframe } = mount(step, place, {
      title: texts.frame,
      onEvent: messageLog.accepted,
      onRefused: messageLog.refused,
      onFailed: () => place.replaceChildren(...failure(texts, open)),
    })
    // Lets the person type at once, but takes the focus from nobody who has moved on.
    iframe.addEventListener('load', () => {
      if (document.activeElement.id !== 'person') return
      place.scrollIntoView({ block: 'nearest' })
      iframe.focus()
    })
  }
  open()
  return place
}

/**
 * MX's widget, which the person can close and open again: each time with an address of its own. `toUrl` makes the
 * simulator's address of it.
 */
export function widgetView(step, texts, messageLog, toUrl) {
  const frame = el('div', { id: 'widget-frame' })
  const actions = el('div', { class: 'actions' })
  const { kind, purpose, signal } = step
  const framed = { kind, purpose, signal, pageUrl: async () => toUrl(await step.pageUrl()) }
  function open() {
    frame.replaceChildren()
    const { unmount } = mount(framed, frame, {
      title: texts.connect.frame,
      onEvent: messageLog.accepted,
      onRefused: messageLog.refused,
      onFailed: () => frame.replaceChildren(...failure(texts.connect, open)),
    })
    const close = () => {
      unmount()
      const leave = () => step.returned()
      actions.replaceChildren(
        button(texts.widget.open, open, { id: 'open-widget', class: 'primary' }),
        button(texts.widget.leave, leave, { id: 'leave-widget' }),
      )
    }
    actions.replaceChildren(button(texts.widget.close, close, { id: 'close-widget' }))
  }
  open()
  return el('div', {}, frame, actions)
}

/** A button that leaves this page for Connect. `readAddress` reads the result after the redirect back. */
export function leaveView(step, texts) {
  const place = el('div', { class: 'notice' })
  const leave = async () => {
    try {
      location.assign(await step.pageUrl())
    } catch {
      place.replaceChildren(...failure(texts, leave))
    }
  }
  if (landingError) {
    const text = landingError.code === 'denied' ? texts.denied : texts.refused
    place.append(el('p', { class: 'refused', role: 'alert' }, text), el('p', {}, el('code', {}, landingError.code)))
    landingError = null
  }
  place.append(el('p', {}, texts.leaves), button(texts.go, leave, { id: 'leave', class: 'primary' }))
  return place
}

/** Shown if there is no token for Connect. */
function failure(texts, retry) {
  return [el('p', { class: 'refused', role: 'alert' }, texts.failed), button(texts.again, retry, { id: 'reopen' })]
}
