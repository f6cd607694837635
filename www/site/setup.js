/** The setup form as plain values, and back. */
import { faultChosen } from './people.js'

/** @param {HTMLFormElement} setup */
export function choices(setup) {
  const form = new FormData(setup)
  return {
    vendor: form.get('vendor'),
    person: form.get('person'),
    mode: form.get('mode'),
    beginning: form.get('beginning'),
    place: form.get('place') ?? 'frame',
    byAsync: form.has('byAsync'),
    language: form.get('language') ?? 'en',
    forbid: form.has('forbid'),
    authorizeAsync: form.has('async') || form.has('byAsync'),
    misbehave: form.get('misbehave'),
    fault: faultChosen(form.get('fault'), form.get('on')),
  }
}

/** What only one vendor has, or only some ways to connect, is not there for the others. */
export function drawParts(setup) {
  const { vendor, mode } = choices(setup)
  for (const part of setup.querySelectorAll('[data-vendor]')) {
    const { vendor: its, modes } = part.dataset
    part.hidden = part.disabled = its !== vendor || (modes !== undefined && !modes.split(' ').includes(mode))
  }
  // The place that was chosen may be one of them.
  if (!new FormData(setup).has('place')) setup.elements.place.value = 'frame'
}

/** Ticks what was chosen, before the people are drawn, who have a list of their own for each vendor. */
export function putBack({ elements }, chosen) {
  for (const name of ['vendor', 'mode', 'place', 'language', 'misbehave']) {
    if (chosen[name]) elements[name].value = chosen[name]
  }
  elements.byAsync.checked = chosen.byAsync
}
