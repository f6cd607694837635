/** Who can be simulated, in groups, and what can be made to go wrong on the way. */
import { el } from './dom.js'

/** What the network or the vendor does wrong, once: the words for it, and the simulator's own fault. */
const FAULTS = {
  'lost-reply': ['The reply is lost', { kind: 'lost-reply' }],
  'lost-request': ['The request is lost', { kind: 'lost-request' }],
  hang: ['No reply ever comes', { kind: 'hang' }],
  html: ['A web page instead of JSON', { kind: 'html' }],
  empty: ['An empty body', { kind: 'empty' }],
  'truncated-json': ['Half a body', { kind: 'truncated-json' }],
  busy: ['429, come back in a minute', { kind: 'status', status: 429, code: 'TOO_MANY_REQUESTS', retryAfter: '60' }],
  broken: ['500 without a code', { kind: 'status', status: 500 }],
  redirect: ['A redirect', { kind: 'redirect' }],
  'huge-body': ['A body of ten megabytes', { kind: 'huge-body' }],
  'deep-json': ['A body nested too deeply', { kind: 'deep-json' }],
  'not-utf8': ['A body that is not UTF-8', { kind: 'not-utf8' }],
}

/** What Connect does wrong: the words for it, and the simulator's own rules. */
const MISBEHAVIOURS = {
  'wrong-origin': ['Another origin speaks for it', { misbehave: 'wrong-origin' }],
  'other-window': ['Another window speaks for it', { misbehave: 'other-window' }],
  malformed: ['It talks nonsense', { misbehave: 'malformed' }],
  early: ['It is done before it begins', { misbehave: 'early' }],
  duplicate: ['It is done twice', { misbehave: 'duplicate' }],
  contradiction: ['It names two LoginIds', { misbehave: 'contradiction' }],
  'another-login': ['It names another’s LoginId', { misbehave: 'another-login' }],
  'json-string': ['Its messages are JSON strings', { misbehave: 'json-string' }],
  'token-invalid': ['It refuses a token once', { misbehave: 'token-invalid' }],
  'no-tag': ['It loses the tag', { returnsTag: false }],
}

/**
 * @param {{ people: HTMLElement, fault: HTMLSelectElement, on: HTMLSelectElement }} places
 * @param {{ groups: Record<string, string>, strikes: Record<string, string> }} vendor
 */
export function drawChoices(places, people, { groups, strikes }) {
  places.fault.replaceChildren(...withNone('None', FAULTS))
  places.on.replaceChildren(...Object.entries(strikes).map(([value, label]) => el('option', { value }, label)))
  const lists = [...new Set(people.map(({ group }) => group))].map((group) => {
    const members = people.filter((person) => person.group === group)
    const list = el(
      'details',
      { class: 'group', name: 'people' },
      el('summary', {}, groups[group] ?? group, el('span', { class: 'count' }, String(members.length))),
      ...members.map((person) =>
        personOption(
          person,
          members.some((other) => other !== person && other.title === person.title),
        ),
      ),
    )
    // Whoever is chosen is in the open group. Chosen in a closed one, they would keep the Tab key from this one.
    list.addEventListener('toggle', () => {
      if (list.open && !list.querySelector(':checked')) list.querySelector('input').click()
    })
    return list
  })
  places.people.replaceChildren(...lists)
  choose(people[0].id)
}

function* withNone(none, table) {
  yield el('option', { value: '' }, none)
  for (const [value, [label]] of Object.entries(table)) yield el('option', { value }, label)
}

/** Ticks a person, in an open group. */
export function choose(id) {
  const input = document.querySelector(`input[name="person"][value="${CSS.escape(id)}"]`)
  input.checked = true
  input.closest('details').open = true
}

/** Two people of the same title are told apart by their names. */
function personOption({ id, title }, shared) {
  return el(
    'label',
    { class: 'person-option' },
    el('input', { type: 'radio', name: 'person', value: id }),
    el('span', {}, title, shared ? el('code', {}, id) : null),
  )
}

/** The fault chosen, as the control surface takes it; `null` for none. */
export function faultChosen(name, on) {
  return name ? { ...FAULTS[name][1], on } : null
}

/** @param {HTMLSelectElement} misbehave */
export function drawMisbehaviours(misbehave) {
  misbehave.replaceChildren(...withNone('Behaves', MISBEHAVIOURS))
}

/** The rules of Connect chosen, as the control surface takes them: all of them, so that none is left from before. */
export function connectRules(name) {
  return { misbehave: null, returnsTag: true, ...(name && MISBEHAVIOURS[name][1]) }
}

/** What happens to the person chosen, and what to type: for whoever tries the page. */
export function crib({ title, story, answers, username, password }) {
  return [
    el('h3', {}, title),
    el('p', {}, story),
    el(
      'dl',
      {},
      answers ? el('div', {}, el('dt', {}, 'Right answers'), el('dd', {}, answers)) : null,
      username
        ? el(
            'div',
            {},
            el('dt', {}, 'Signs in as'),
            el('dd', {}, el('code', {}, username), ' / ', el('code', {}, password)),
          )
        : null,
    ),
  ]
}
