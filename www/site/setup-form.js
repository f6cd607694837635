/** Reads the setup form as plain values, and shows the controls that apply. */
import { faultOf } from './faults.js'

/** @param {HTMLFormElement} setup */
export function readChoices(setup) {
  const form = new FormData(setup)
  return {
    vendor: form.get('vendor'),
    runtime: form.get('runtime'),
    person: form.get('person'),
    mode: form.get('mode'),
    memberStart: form.get('memberStart'),
    presentation: form.get('presentation') ?? 'frame',
    reconnectAsync: form.has('reconnectAsync'),
    widget: form.has('widget'),
    language: form.get('language') ?? 'en',
    corsBlocked: form.has('corsBlocked'),
    authorizeAsync: form.has('authorizeAsync') || form.has('reconnectAsync'),
    misbehave: form.get('misbehave'),
    fault: faultOf(form.get('fault'), form.get('on')),
  }
}

/** Hides and disables the controls that do not apply to the chosen vendor, runtime and mode. */
export function showApplicableControls(setup) {
  const { runtime, mode } = readChoices(setup)
  // A page sends neither credentials nor a RequestId to the edge.
  if (runtime === 'edge' && ['credentials', 'resume'].includes(mode)) setup.elements.mode.value = 'live'
  const choices = readChoices(setup)
  const applies = (list, value) => list === undefined || list.split(' ').includes(value)
  for (const part of setup.querySelectorAll('[data-vendor], [data-runtime]')) {
    const { vendor, runtime, modes } = part.dataset
    const isShown = applies(vendor, choices.vendor) && applies(runtime, choices.runtime) && applies(modes, choices.mode)
    part.hidden = part.disabled = !isShown
  }
  // The chosen presentation may just have been disabled.
  if (!new FormData(setup).has('presentation')) {
    const possible = [...setup.elements.presentation].find((input) => !input.matches(':disabled'))
    if (possible) possible.checked = true
  }
}

/** Removes what needs the demo's server. A control that is left out stays disabled. */
export function leaveOutServerControls(root) {
  for (const part of root.querySelectorAll('[data-needs="server"]')) {
    if (part.matches('select, input')) part.disabled = true
    const shown = part.closest('label') ?? part
    shown.hidden = true
  }
}
