/**
 * The vendor's own page: in a frame, with what it says told beside it, or as the whole page, from which the person
 * comes back. The package checks and believes; this module only shows it.
 */
import { button, el } from './dom.js'
import { mount, readLanding } from './package.js'

/** Where Connect sends the person back to: this very page. */
export const HOME = `${location.origin}/`

/** Why a message was not believed. */
const REASONS = {
  origin: 'of another origin',
  source: 'of another window',
  shape: 'nothing that the vendor would say',
  phase: 'at a time when the vendor would not say it',
  contradiction: 'two LoginIds at once',
}

/** The landing, where this address is one: `{}` where it is none, and `refused` where it is malformed. */
export function readAddress() {
  try {
    return { landing: readLanding(window, HOME) }
  } catch {
    return { refused: true }
  }
}

/** @param heard what `createHeard` made */
export function frame(step, words, heard) {
  const place = el('div', { id: 'bank' })
  const failed = () => place.replaceChildren(...unopened(words, open))
  function open() {
    place.replaceChildren()
    const { said, refused } = heard
    const { iframe } = mount(step, place, { title: words.frame, onEvent: said, onRefused: refused, onFailed: failed })
    // Whoever has just pressed Start can type at once; whoever is elsewhere by now is left there.
    iframe.addEventListener('load', () => {
      if (document.activeElement.id !== 'person') return
      place.scrollIntoView({ block: 'nearest' })
      iframe.focus()
    })
  }
  open()
  return place
}

/** A button to leave by. The flow is kept, and `readAddress` finds out what came of it. */
export function wayOut(step, words) {
  const place = el('div', { class: 'rest' })
  const go = async () => {
    try {
      location.assign(await step.address())
    } catch {
      place.replaceChildren(...unopened(words, go))
    }
  }
  place.append(el('p', {}, words.leaves), button(words.go, go, { id: 'leave', class: 'primary' }))
  return place
}

/** There is no token for it. */
function unopened(words, again) {
  return [el('p', { class: 'refused', role: 'alert' }, words.failed), button(words.again, again, { id: 'reopen' })]
}

/** What frames said, and how much was refused and why: never a content. */
export function createHeard(place) {
  const said = el('ol', { id: 'said', 'aria-label': 'What the frame said' })
  const refused = el('ul', { id: 'disbelieved', 'aria-label': 'What was refused' })
  let counts = {}
  place.append(el('h3', {}, 'What the frame said'), said, el('h3', {}, 'What was refused'), refused)

  function drawRefused() {
    refused.replaceChildren(
      ...Object.entries(counts).map(([reason, count]) =>
        el('li', { 'data-reason': reason, 'data-count': String(count) }, `${count} × ${REASONS[reason]}`),
      ),
    )
  }

  return {
    clear() {
      place.hidden = true
      counts = {}
      said.replaceChildren()
      drawRefused()
    },
    said(event) {
      const { name, more } = told(event)
      // Only of the frame's height.
      if (name === 'APP_RESIZE') return
      place.hidden = false
      said.append(el('li', { 'data-said': name }, name, more ? el('span', {}, more) : null))
    },
    refused({ reason }) {
      place.hidden = false
      counts[reason] = (counts[reason] ?? 0) + 1
      drawRefused()
    },
  }
}

/** An event in the vendor's own words. */
function told(event) {
  switch (event.kind) {
    case 'step':
      return { name: event.step, more: event.mfaTypes?.join(', ') }
    case 'redirect':
      return { name: 'REDIRECT', more: event.institution }
    case 'token-refused':
      return { name: 'TOKEN_INVALID' }
    case 'error':
      return { name: event.flinksCode }
    default:
      return { name: event.step ?? event.type, more: 'unknown' }
  }
}
