/** The setup form as plain values, and back. */
import { faultChosen } from './people.js'

/** @param {HTMLFormElement} setup */
export function choices(setup) {
  const form = new FormData(setup)
  return {
    vendor: form.get('vendor'),
    home: form.get('home'),
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

/** What only one vendor or one home has, or only some ways to connect, is not there for the others. */
export function drawParts(setup) {
  const { home, mode } = choices(setup)
  // To the edge a page gives no credentials.
  if (home === 'edge' && mode === 'credentials') setup.elements.mode.value = 'live'
  const chosen = choices(setup)
  for (const part of setup.querySelectorAll('[data-vendor], [data-home]')) {
    const { vendor, home, modes } = part.dataset
    const fits = (its, value) => its === undefined || its.split(' ').includes(value)
    part.hidden = part.disabled = !(fits(vendor, chosen.vendor) && fits(home, chosen.home) && fits(modes, chosen.mode))
  }
  // The place that was chosen may be one of them.
  if (!new FormData(setup).has('place')) setup.elements.place.value = 'frame'
}

/** Ticks what was chosen, before the people are drawn, who have a list of their own for each vendor. */
export function putBack({ elements }, chosen) {
  for (const name of ['vendor', 'home', 'mode', 'place', 'language', 'misbehave']) {
    if (chosen[name]) elements[name].value = chosen[name]
  }
  elements.byAsync.checked = chosen.byAsync
}
