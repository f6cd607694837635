/** Who can be simulated, in groups, and what can be made to go wrong on the way. */
import { el } from './dom.js'

/** The simulator's groups, in words. */
const GROUPS = {
  toolbox: 'Flinks’ own sandbox',
  challenges: 'One for each challenge',
  'wrong answers': 'Wrong answers',
  quirks: 'Odd replies',
  waits: 'Slow banks',
  refusals: 'Refusals',
}

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

/** The call that it strikes. */
const STRIKES = {
  start: 'the start',
  answer: 'an answer',
  poll: 'a poll',
  token: 'the making of a token',
  any: 'whatever is next',
}

/** @param {{ people: HTMLElement, fault: HTMLSelectElement, on: HTMLSelectElement }} places */
export function drawChoices(places, people) {
  places.fault.replaceChildren(
    el('option', { value: '' }, 'None'),
    ...Object.entries(FAULTS).map(([value, [label]]) => el('option', { value }, label)),
  )
  places.on.replaceChildren(...Object.entries(STRIKES).map(([value, label]) => el('option', { value }, label)))
  const groups = [...new Set(people.map(({ group }) => group))].map((group) => {
    const members = people.filter((person) => person.group === group)
    const list = el(
      'details',
      { class: 'group', name: 'people' },
      el('summary', {}, GROUPS[group] ?? group, el('span', { class: 'count' }, String(members.length))),
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
  places.people.replaceChildren(...groups)
  choose(people[0].username)
}

/** Ticks a person, in an open group. */
export function choose(username) {
  const input = document.querySelector(`input[name="person"][value="${CSS.escape(username)}"]`)
  input.checked = true
  input.closest('details').open = true
}

/** Two people of the same title are told apart by their usernames. */
function personOption({ username, title }, shared) {
  return el(
    'label',
    { class: 'person-option' },
    el('input', { type: 'radio', name: 'person', value: username }),
    el('span', {}, title, shared ? el('code', {}, username) : null),
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
      el(
        'div',
        {},
        el('dt', {}, 'Signs in as'),
        el('dd', {}, el('code', {}, username), ' / ', el('code', {}, password)),
      ),
    ),
  ]
}
