/**
 * Draws any round as a form, from its fields alone: nothing here knows a vendor. The field's `type`
 * says which control, its `part` which words stand beside it.
 */
import { button, el } from './dom.js'
import { WORDS } from './words.js'

/** More options than this read better in a list that opens. */
const MOST_RADIOS = 6

const CONTROLS = { text, select, 'multi-select': several, 'image-select': images }

/**
 * @param round what the flow asks
 * @param {'en' | 'fr'} language
 * @param {{ answer(answers: FormData): Promise<void>, answerRaw(answers: object): Promise<void> }} step
 * @param {string} [ownTerms] the vendor's name for what `answerRaw` takes, by prompt
 */
export function roundForm(round, language, step, ownTerms) {
  const words = WORDS[language]
  const send = el('button', { type: 'submit', class: 'primary' }, words.send)
  const problem = el('p', { class: 'error', role: 'alert', hidden: true })
  const form = el(
    'form',
    // The flow checks the answers and says what is wrong with each; the browser need not.
    {
      id: 'round',
      class: 'round',
      novalidate: true,
      autocomplete: 'off',
      lang: language,
      'aria-labelledby': 'round-title',
      'data-round': String(round.number),
    },
    el('h3', { id: 'round-title' }, words.title),
    round.refused ? el('p', { class: 'refused', id: 'refused' }, words.refused) : null,
    ...round.challenges.map((challenge) => challengeSet(challenge, words)),
    problem,
    el('div', { class: 'actions' }, send),
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    clearErrors(form)
    problem.hidden = true
    send.disabled = true
    try {
      await step.answer(new FormData(form))
    } catch (error) {
      send.disabled = false
      if (error.fields?.length) showErrors(form, error.fields, words)
      else tell(problem, error)
    }
  })
  const isUnknown = ({ kind }) => kind === 'unknown'
  if (ownTerms && round.challenges.some(isUnknown)) form.append(rawAnswer(round, step, ownTerms))
  return form
}

/** Moves the focus to the first thing to fill in. */
export function focusForm(form) {
  form.scrollIntoView({ block: 'nearest' })
  form.querySelector('input, select')?.focus({ preventScroll: true })
}

function challengeSet(challenge, words) {
  const legend = el('legend', { id: `${challenge.id}-prompt` }, challenge.prompt)
  return el(
    'fieldset',
    { class: 'challenge', 'data-kind': challenge.kind, 'data-vendor-type': String(challenge.vendorType) },
    legend,
    challenge.image && el('img', { src: challenge.image.src, alt: '', class: 'prompt-image' }),
    challenge.kind === 'unknown' ? el('p', { class: 'hint' }, words.unknown(challenge.vendorType)) : null,
    ...challenge.fields.map((field) => {
      const label = field.autocomplete === 'one-time-code' ? words.code : words[field.part]
      // A choice that is the whole challenge is named by the prompt; it needs no words of its own.
      const named = challenge.fields.length > 1 || field.type === 'text'
      return CONTROLS[field.type](field, { words, label: named ? label : null, prompt: legend.id })
    }),
  )
}

function text(field, { words, label }) {
  const id = `field-${field.name}`
  const code = field.autocomplete === 'one-time-code'
  const input = el('input', {
    id,
    name: field.name,
    type: field.secret ? 'password' : 'text',
    autocomplete: field.autocomplete ?? 'off',
    inputmode: code ? 'numeric' : null,
    class: code ? 'code' : null,
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-required': 'true',
  })
  return fieldBox(field, el('label', { for: id }, label), input, field.secret ? reveal(input, words) : null)
}

/** What is hidden from a neighbour's eyes can be shown to one's own. */
function reveal(input, words) {
  const box = el('input', { type: 'checkbox', id: `${input.id}-show` })
  box.addEventListener('change', () => {
    input.type = box.checked ? 'text' : 'password'
  })
  return el('label', { class: 'reveal', for: box.id }, box, ` ${words.show}`)
}

function select(field, context) {
  if (field.part !== 'question' && field.options.length <= MOST_RADIOS) return radios(field, context)
  const id = `field-${field.name}`
  const { words, label, prompt } = context
  const list = el(
    'select',
    { id, name: field.name, 'aria-required': 'true', 'aria-labelledby': label ? null : prompt },
    el('option', { value: '' }, words.choose),
    ...field.options.map((option) => el('option', { value: option.id }, option.label)),
  )
  return fieldBox(field, label && el('label', { for: id }, label), list)
}

function radios(field, context) {
  return group(field, context, 'radio', (option) => el('span', {}, option.label))
}

function several(field, context) {
  return group(field, context, 'checkbox', (option) => el('span', {}, option.label))
}

function images(field, context) {
  const of = field.options.length
  return group(field, context, 'radio', (option, index) =>
    el('img', { src: option.image?.src, alt: context.words.image(index + 1, of) }),
  )
}

function group(field, { label, prompt }, type, show) {
  const id = `field-${field.name}`
  const options = field.options.map((option, index) =>
    el(
      'label',
      { class: 'option', for: `${id}-${index}` },
      el('input', { type, id: `${id}-${index}`, name: field.name, value: option.id }),
      show(option, index),
    ),
  )
  return fieldBox(
    field,
    label && el('span', { class: 'label', id: `${id}-label` }, label),
    el(
      'div',
      {
        id,
        class: `options ${field.type}`,
        role: type === 'radio' ? 'radiogroup' : 'group',
        'aria-labelledby': label ? `${id}-label` : prompt,
      },
      ...options,
    ),
  )
}

function fieldBox(field, ...children) {
  return el('div', { class: 'field', 'data-field': field.name, 'data-part': field.part }, ...children)
}

function showErrors(form, errors, words) {
  for (const { name, reason } of errors) {
    const box = [...form.querySelectorAll('.field')].find(({ dataset }) => dataset.field === name)
    const control = document.getElementById(`field-${name}`)
    if (!box || !control) continue
    const error = el('p', { class: 'error', id: `field-${name}-error` }, words.reasons[reason] ?? reason)
    control.setAttribute('aria-describedby', error.id)
    control.setAttribute('aria-invalid', 'true')
    box.append(error)
  }
  const first = form.querySelector('[aria-invalid]')
  const focusable = first?.matches('input, select') ? first : first?.querySelector('input')
  focusable?.focus()
}

function clearErrors(form) {
  for (const error of form.querySelectorAll('.field > .error')) error.remove()
  for (const control of form.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid')
    control.removeAttribute('aria-describedby')
  }
}

/** The host's own way to answer what no document describes: key and values as the vendor gets them. */
function rawAnswer(round, step, ownTerms) {
  const draft = Object.fromEntries(round.challenges.map(({ prompt }) => [prompt, ['']]))
  const area = el('textarea', { id: 'raw', rows: '4', spellcheck: 'false' })
  area.value = JSON.stringify(draft, null, 2)
  const problem = el('p', { class: 'error', role: 'alert', hidden: true })
  const send = button('Send as written', async () => {
    problem.hidden = true
    try {
      await step.answerRaw(JSON.parse(area.value))
    } catch (error) {
      tell(problem, error)
    }
  })
  return el(
    'details',
    { class: 'more', lang: 'en' },
    el('summary', {}, 'Answer in the vendor’s own terms'),
    el('label', { for: 'raw' }, ownTerms),
    area,
    problem,
    el('div', { class: 'actions' }, send),
  )
}

function tell(problem, error) {
  problem.textContent = error.message
  problem.hidden = false
}
