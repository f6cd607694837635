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

/**
 * @param {{ people: HTMLElement, fault: HTMLSelectElement, on: HTMLSelectElement }} places
 * @param {{ groups: Record<string, string>, strikes: Record<string, string> }} vendor
 */
export function drawChoices(places, people, { groups, strikes }) {
  places.fault.replaceChildren(
    el('option', { value: '' }, 'None'),
    ...Object.entries(FAULTS).map(([value, [label]]) => el('option', { value }, label)),
  )
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
