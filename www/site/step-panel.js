/** What the developer's code gets: the current step as JSON, and after an ending what to do about it. */
import { el } from './create-element.js'
import { jsonView } from './json-view.js'
import { developer } from './package.js'

/** The data of each kind of step. The rest are functions, and addresses that work once. */
const SHOWN = {
  working: ['stage', 'until'],
  challenge: ['round'],
  redirect: ['purpose', 'error'],
  connect: ['purpose', 'until'],
  done: ['result'],
  failed: ['failure'],
}

/** @param {{ neededCheck?: Function }} vendor @param {string} dataAdvice what to do with a result */
export function drawStep(place, step, vendor, dataAdvice) {
  const shown = Object.fromEntries(SHOWN[step.kind].map((key) => [key, step[key]]))
  const advice = adviceFor(step, vendor, dataAdvice)
  Object.assign(place.dataset, { kind: step.kind, round: step.round?.number ?? '', error: step.error?.code ?? '' })
  place.replaceChildren(
    ...(advice ? [adviceView(advice)] : []),
    jsonView('Current step', { kind: step.kind, ...shown }),
  )
}

/** Shows that there is no flow. */
export function clearStep(place) {
  for (const key of ['kind', 'round', 'error']) delete place.dataset[key]
  place.replaceChildren()
}

function adviceFor({ kind, result, failure }, vendor, dataAdvice) {
  if (kind === 'done') return vendor.neededCheck?.(result) ?? ['Fetch the data', dataAdvice]
  if (kind !== 'failed') return undefined
  const { codes, next } = developer.en
  return [`${failure.code} → ${failure.next}`, [codes[failure.code], next[failure.next]].filter(Boolean).join(' ')]
}

const adviceView = ([head, text]) =>
  el(
    'div',
    { class: 'advice' },
    el('p', { class: 'label' }, 'What your code does next'),
    el('p', { class: 'head' }, head),
    el('p', {}, text),
  )
