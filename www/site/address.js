/**
 * The choices as the fragment of the page's address, so that a state can be linked and the browser's history works:
 *
 *   #flinks/Greatday
 *   #flinks/Greatday?start=reconnect&answer=form&runtime=edge&language=fr
 *   #mx/text?start=create
 *
 * It begins with the vendor and the person: the person's id, or the title in lower case with underscores
 * (`#flinks/one_question`). Options follow in any order. Those that have their default are left out.
 */

/** Each option and its control in the setup form, in the order in which one decides which others apply. */
const OPTIONS = [
  ['runtime', 'runtime'],
  ['start', 'mode'],
  ['start', 'memberStart'],
  ['answer', 'presentation'],
  ['answer', 'widget'],
  ['async', 'reconnectAsync'],
  ['language', 'language'],
  ['fault', 'fault'],
  ['on', 'on'],
  ['connect', 'misbehave'],
  ['cors', 'corsBlocked'],
  ['activated', 'authorizeAsync'],
]

/** @param {HTMLFormElement} form the setup form */
export function writeAddress(form) {
  const data = new FormData(form)
  const query = new URLSearchParams()
  for (const [option, control] of OPTIONS) {
    const value = data.get(control)
    if (value && value !== defaultOf(form, control)) query.set(option, value)
  }
  const target = `#${data.get('vendor')}/${encodeURIComponent(data.get('person'))}`
  return query.size > 0 ? `${target}?${query}` : target
}

/**
 * Fills in the setup form from a fragment, as a person would: each control that changes reports it.
 * @param {(vendor: string) => { id: string, title: string }[]} peopleOf
 * @returns {string[]} the parts that mean nothing here, such as `start=soon`
 */
export function readAddress(form, fragment, peopleOf) {
  const [target, query] = fragment.replace(/^#/, '').split('?')
  const [vendor, name = ''] = target.split('/').map(decode)
  form.reset()
  if (!choose(form, 'vendor', vendor)) {
    choose(form, 'vendor', 'flinks')
    return [target]
  }
  const person = findPerson(peopleOf(vendor), name)
  if (!person) return [target]
  choose(form, 'person', person.id)
  const wanted = [...new URLSearchParams(query)]
  for (const [option, control] of OPTIONS) {
    for (const [key, value] of wanted) if (key === option) choose(form, control, value)
  }
  // The form knows what applies: what it did not take is unknown, or is not possible for this person.
  const data = new FormData(form)
  const isTaken = ([key, value]) => OPTIONS.some(([option, control]) => option === key && data.get(control) === value)
  return wanted.filter((entry) => !isTaken(entry)).map((entry) => entry.join('='))
}

/** Sets a control and reports the change, if it is enabled and has this value. Returns whether it has. */
function choose(form, name, value) {
  const choices = [...form.querySelectorAll(`[name="${name}"]:enabled`)].flatMap((control) => [
    ...(control.options ?? [control]),
  ])
  const choice = choices.find((choice) => choice.value === value)
  if (!choice) return false
  if (choice.matches('option')) choice.selected = true
  else choice.checked = true
  choice.dispatchEvent(new Event('change', { bubbles: true }))
  return true
}

/** The value that an address leaves out. */
function defaultOf(form, name) {
  const controls = [...form.querySelectorAll(`[name="${name}"]`)]
  if (controls[0].matches('select')) return controls[0].options[0].value
  return controls.find(({ defaultChecked }) => defaultChecked)?.value
}

function findPerson(people, name) {
  const slug = ({ title }) => title.toLowerCase().replaceAll(/[^a-z\d]+/g, '_')
  return people.find(({ id }) => id === name) ?? people.find((person) => slug(person) === name.toLowerCase())
}

/** A text with a stray `%` stays as it is. */
function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
