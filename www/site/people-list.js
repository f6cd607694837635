/** The list of simulated people, and the notes that tell a tester what to type. */
import { el } from './create-element.js'

/**
 * Draws the people in groups, and selects the first one.
 * @param {Record<string, string>} groups the labels of the simulator's groups
 */
export function drawPeople(place, people, groups) {
  const lists = [...new Set(people.map(({ group }) => group))].map((group) => {
    const members = people.filter((person) => person.group === group)
    const hasSameTitle = (person) => members.some((other) => other !== person && other.title === person.title)
    const list = el(
      'details',
      { class: 'group', name: 'people' },
      el('summary', {}, groups[group] ?? group, el('span', { class: 'count' }, String(members.length))),
      ...members.map((person) => personOption(person, hasSameTitle(person))),
    )
    // An open group always contains the selected person. Otherwise the Tab key would skip its radio buttons.
    list.addEventListener('toggle', () => {
      if (list.open && !list.querySelector(':checked')) list.querySelector('input').click()
    })
    return list
  })
  place.replaceChildren(...lists)
  selectPerson(people[0].id)
}

/** Selects a person and opens the group. */
export function selectPerson(id) {
  const input = document.querySelector(`input[name="person"][value="${CSS.escape(id)}"]`)
  input.checked = true
  input.closest('details').open = true
  // On wide screens the list scrolls. The page itself stays where it is.
  const list = input.closest('#people')
  const { offsetTop, offsetHeight } = input.closest('label')
  if (offsetTop < list.scrollTop || offsetTop + offsetHeight > list.scrollTop + list.clientHeight) {
    list.scrollTop = offsetTop - list.clientHeight / 2
  }
}

function personOption({ id, title }, showId) {
  return el(
    'label',
    { class: 'person-option' },
    el('input', { type: 'radio', name: 'person', value: id }),
    el('span', {}, title, showId ? el('code', {}, id) : null),
  )
}

/** The starts at which the user types the credentials, here or on the vendor's page. */
const SIGN_IN_STARTS = new Set(['ask', 'link'])

/** The notes on the selected person: what happens at the bank, and what to type. */
export function testerNotes({ title, story, answers, username, password }, { mode, memberStart }) {
  const when = SIGN_IN_STARTS.has(mode ?? memberStart) ? 'Type them.' : 'Type them only if the bank asks for them.'
  const credentials = [el('code', {}, username), ' / ', el('code', {}, password), el('span', { class: 'hint' }, when)]
  return [
    el('h2', {}, title),
    el('p', {}, story),
    el(
      'dl',
      {},
      answers ? el('div', {}, el('dt', {}, 'Right answers'), el('dd', {}, answers)) : null,
      username ? el('div', {}, el('dt', {}, 'Credentials'), el('dd', {}, ...credentials)) : null,
    ),
  ]
}
