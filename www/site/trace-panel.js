/** The trace of the flow: what happened, for whom it waited, and a button that copies it for a bug report. */
import { copyButton } from './copy-button.js'
import { el } from './create-element.js'

/** For whom a flow can wait, as `times` of a trace names it. */
const WAITED_FOR = { person: 'the person', vendor: 'the vendor', waiting: 'the next poll', host: 'your functions' }

/** @param {import('bank-mfa').Trace} trace */
export function drawTrace(place, trace) {
  place.replaceChildren(
    el('p', { class: 'hint' }, `${seconds(trace.duration)} in all: ${waits(trace.times)}. No personal data is in it.`),
    el('div', { class: 'actions' }, ...copyButton('Copy the trace', () => JSON.stringify(trace, null, 2))),
    el('ol', { class: 'trace', 'aria-label': 'Trace' }, ...trace.events.map(eventView)),
  )
}

export function clearTrace(place) {
  place.replaceChildren(el('p', { class: 'hint' }, 'Start a flow. flow.trace() then tells what happened in it.'))
}

function eventView({ name, at, duration, count, attributes }) {
  const short = (key) => key.replace(/^bank_mfa\./, '')
  const details = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return el(
    'li',
    { 'data-name': name },
    el('span', { class: 'at' }, seconds(at)),
    el('strong', {}, name, count > 1 ? ` × ${count}` : ''),
    duration > 0 ? el('span', { class: 'after' }, `took ${seconds(duration)}`) : null,
    el(
      'dl',
      {},
      ...details.map(([key, value]) => el('div', {}, el('dt', {}, short(key)), el('dd', {}, String(value)))),
    ),
  )
}

const waits = (times) =>
  Object.entries(WAITED_FOR)
    .map(([key, whom]) => `${seconds(times[key])} for ${whom}`)
    .join(', ')

const seconds = (ms) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`)
