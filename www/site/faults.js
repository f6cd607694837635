/** The errors that can be simulated: one failed call, or a misbehaving Flinks Connect. */
import { el } from './create-element.js'

/** Each fault fails one call: its label, and the fault as the simulator takes it. */
const FAULTS = {
  'lost-reply': ['The reply is lost', { kind: 'lost-reply' }],
  'lost-request': ['The request is lost', { kind: 'lost-request' }],
  hang: ['The reply never comes', { kind: 'hang' }],
  html: ['HTML instead of JSON', { kind: 'html' }],
  empty: ['An empty body', { kind: 'empty' }],
  'truncated-json': ['A truncated body', { kind: 'truncated-json' }],
  busy: ['429, Retry-After: 60', { kind: 'status', status: 429, code: 'TOO_MANY_REQUESTS', retryAfter: '60' }],
  broken: ['500 without a code', { kind: 'status', status: 500 }],
  redirect: ['A redirect', { kind: 'redirect' }],
  'huge-body': ['A body of ten megabytes', { kind: 'huge-body' }],
  'deep-json': ['JSON nested too deeply', { kind: 'deep-json' }],
  'not-utf8': ['A body that is not UTF-8', { kind: 'not-utf8' }],
}

/** Each misbehaviour of Connect: its label, and the rule as the simulator takes it. */
const MISBEHAVIOURS = {
  'wrong-origin': ['Forged message from another origin', { misbehave: 'wrong-origin' }],
  'other-window': ['Forged message from another window', { misbehave: 'other-window' }],
  malformed: ['Malformed messages', { misbehave: 'malformed' }],
  early: ['REDIRECT too early', { misbehave: 'early' }],
  duplicate: ['REDIRECT twice', { misbehave: 'duplicate' }],
  contradiction: ['Two LoginIds in one message', { misbehave: 'contradiction' }],
  'another-login': ['LoginId of somebody else', { misbehave: 'another-login' }],
  'json-string': ['Messages as JSON strings', { misbehave: 'json-string' }],
  'token-invalid': ['Refuses one token', { misbehave: 'token-invalid' }],
  'no-tag': ['Returns no tag', { returnsTag: false }],
}

/** @param {Record<string, string>} targets the calls that can fail */
export function drawFaults({ fault, on }, targets) {
  fault.replaceChildren(...options('None', FAULTS))
  on.replaceChildren(...Object.entries(targets).map(([value, label]) => el('option', { value }, label)))
}

/** @param {HTMLSelectElement} select */
export function drawMisbehaviours(select) {
  select.replaceChildren(...options('Behaves normally', MISBEHAVIOURS))
}

function* options(none, table) {
  yield el('option', { value: '' }, none)
  for (const [value, [label]] of Object.entries(table)) yield el('option', { value }, label)
}

/** The chosen fault as the simulator takes it; `null` for none. */
export function faultOf(name, on) {
  return name ? { ...FAULTS[name][1], on } : null
}

/** The chosen Connect rules as the simulator takes them. Rules that are not chosen are set back. */
export function connectRules(name) {
  return { misbehave: null, returnsTag: true, ...(name && MISBEHAVIOURS[name][1]) }
}
