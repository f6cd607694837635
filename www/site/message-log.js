/** The log of iframe messages: the names of accepted ones, and the number of refused ones by reason. No content. */
import { el } from './create-element.js'

const REASONS = {
  origin: 'wrong origin',
  source: 'wrong window',
  shape: 'unknown shape',
  phase: 'unexpected order',
  contradiction: 'two LoginIds',
}

export function createMessageLog(place) {
  const acceptedList = el('ol', { 'aria-label': 'Accepted messages' })
  const refusedList = el('ul', { 'aria-label': 'Refused messages' })
  let counts = {}
  place.append(el('h3', {}, 'Accepted iframe messages'), acceptedList)
  place.append(el('h3', {}, 'Refused iframe messages'), refusedList)

  function drawRefused() {
    refusedList.replaceChildren(
      ...Object.entries(counts).map(([reason, count]) =>
        el('li', { 'data-reason': reason, 'data-count': String(count) }, `${count} × ${REASONS[reason]}`),
      ),
    )
  }

  return {
    clear() {
      place.hidden = true
      counts = {}
      acceptedList.replaceChildren()
      drawRefused()
    },
    accepted(event) {
      const { name, details } = describe(event)
      // Only the height of the iframe.
      if (name === 'APP_RESIZE') return
      place.hidden = false
      acceptedList.append(el('li', { 'data-message': name }, name, details ? el('span', {}, details) : null))
    },
    refused({ reason }) {
      place.hidden = false
      counts[reason] = (counts[reason] ?? 0) + 1
      drawRefused()
    },
  }
}

/** The vendor's own name of a message. */
function describe(event) {
  switch (event.kind) {
    case 'step':
      return { name: event.step, details: event.mfaTypes?.join(', ') }
    case 'redirect':
      return { name: 'REDIRECT', details: event.institution }
    case 'token-refused':
      return { name: 'TOKEN_INVALID' }
    case 'error':
      return { name: event.flinksCode }
    case 'mx':
      return { name: event.type, details: event.current }
    default:
      return { name: event.step ?? event.type, details: 'unknown' }
  }
}
