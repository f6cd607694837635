/**
 * Draws any round as a form, whatever the vendor. A field's `type` decides the control, its `part` the label.
 */
import { button, el } from './create-element.js'
import { TRANSLATIONS } from './translations.js'

/** A field with more options is a select. */
const MAX_RADIOS = 6

const CONTROLS = { text: textInput, select, 'multi-select': checkboxes, 'image-select': images }

/**
 * @param {'en' | 'fr'} language
 * @param {{ answer(answers: FormData): Promise<void>, answerRaw(answers: object): Promise<void> }} step
 * @param {string} [rawAnswerField] the request field that `answerRaw` fills
 */
export function roundForm(round, language, step, rawAnswerField) {
  const texts = TRANSLATIONS[language]
  const asksCredentials = round.challenges.every(({ kind }) => kind === 'credentials')
  const send = el('button', { type: 'submit', class: 'primary' }, texts.send)
  const problem = el('p', { class: 'error', role: 'alert', hidden: true })
  const form = el(
    'form',
    // The flow validates the answers, so the browser does not.
    {
      id: 'round',
      class: 'round',
      novalidate: true,
      autocomplete: 'off',
      lang: language,
      'aria-labelledby': 'round-title',
      'data-round': String(round.number),
    },
    el('h3', { id: 'round-title' }, asksCredentials ? texts.signIn : texts.title),
    round.refused
      ? el('p', { class: 'refused', id: 'refused' }, asksCredentials ? texts.signInRefused : texts.refused)
      : null,
    ...round.challenges.map((challenge) => challengeFieldset(challenge, texts)),
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
      if (error.fields?.length) showErrors(form, error.fields, texts)
      else showProblem(problem, error)
    }
  })
  const hasUnknown = round.challenges.some(({ kind }) => kind === 'unknown')
  if (rawAnswerField && hasUnknown) form.append(rawAnswerForm(round, step, rawAnswerField))
  return form
}

/** Moves the focus to the first control. */
export function focusForm(form) {
  form.scrollIntoView({ block: 'nearest' })
  form.querySelector('input, select')?.focus({ preventScroll: true })
}

function challengeFieldset(challenge, texts) {
  // Flinks gives no label for a credential, only its name.
  const prompt = texts.prompts[challenge.vendorType] ?? challenge.prompt
  const legend = el('legend', { id: `${challenge.id}-prompt` }, prompt)
  return el(
    'fieldset',
    { class: 'challenge', 'data-kind': challenge.kind, 'data-vendor-type': String(challenge.vendorType) },
    legend,
    challenge.image && el('img', { src: challenge.image.src, alt: '', class: 'prompt-image' }),
    challenge.kind === 'unknown' ? el('p', { class: 'hint' }, texts.unknown(challenge.vendorType)) : null,
    challenge.fields.some(({ optional }) => optional) ? el('p', { class: 'hint' }, texts.optional) : null,
    ...challenge.fields.map((field) => {
      const label =
        field.autocomplete === 'one-time-code' ? texts.code : (texts[field.autocomplete] ?? texts[field.part])
      // If a choice is the only field, the prompt is its label.
      const needsLabel = challenge.fields.length > 1 || field.type === 'text'
      return CONTROLS[field.type](field, { texts, label: needsLabel ? label : null, promptId: legend.id })
    }),
  )
}

function textInput(field, { texts, label }) {
  const id = `field-${field.name}`
  const isCode = field.autocomplete === 'one-time-code'
  const input = el('input', {
    id,
    name: field.name,
    type: field.secret ? 'password' : 'text',
    autocomplete: field.autocomplete ?? 'off',
    inputmode: isCode ? 'numeric' : null,
    class: isCode ? 'code' : null,
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-required': String(!field.optional),
  })
  return fieldBox(field, el('label', { for: id }, label), input, field.secret ? showCheckbox(input, texts) : null)
}

/** Shows a hidden answer to the person who types it. */
function showCheckbox(input, texts) {
  const box = el('input', { type: 'checkbox', id: `${input.id}-show` })
  box.addEventListener('change', () => {
    input.type = box.checked ? 'text' : 'password'
  })
  return el('label', { class: 'show-answer', for: box.id }, box, ` ${texts.show}`)
}

function select(field, context) {
  if (field.part !== 'question' && field.options.length <= MAX_RADIOS) return radios(field, context)
  const id = `field-${field.name}`
  const { texts, label, promptId } = context
  const list = el(
    'select',
    { id, name: field.name, 'aria-required': 'true', 'aria-labelledby': label ? null : promptId },
    el('option', { value: '' }, texts.choose),
    ...field.options.map((option) => el('option', { value: option.id }, option.label)),
  )
  return fieldBox(field, label && el('label', { for: id }, label), list)
}

function radios(field, context) {
  return group(field, context, 'radio', (option) => el('span', {}, option.label))
}

function checkboxes(field, context) {
  return group(field, context, 'checkbox', (option) => el('span', {}, option.label))
}

function images(field, context) {
  const count = field.options.length
  return group(field, context, 'radio', (option, index) =>
    el('img', { src: option.image?.src, alt: context.texts.image(index + 1, count) }),
  )
}

function group(field, { label, promptId }, type, optionView) {
  const id = `field-${field.name}`
  const options = field.options.map((option, index) =>
    el(
      'label',
      { class: 'option', for: `${id}-${index}` },
      el('input', { type, id: `${id}-${index}`, name: field.name, value: option.id }),
      optionView(option, index),
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
        'aria-labelledby': label ? `${id}-label` : promptId,
      },
      ...options,
    ),
  )
}

function fieldBox(field, ...children) {
  return el('div', { class: 'field', 'data-field': field.name, 'data-part': field.part }, ...children)
}

function showErrors(form, errors, texts) {
  for (const { name, reason } of errors) {
    const fieldElement = [...form.querySelectorAll('.field')].find(({ dataset }) => dataset.field === name)
    const control = document.getElementById(`field-${name}`)
    if (!fieldElement || !control) continue
    const error = el('p', { class: 'error', id: `field-${name}-error` }, texts.reasons[reason] ?? reason)
    control.setAttribute('aria-describedby', error.id)
    control.setAttribute('aria-invalid', 'true')
    fieldElement.append(error)
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

/** Answers a challenge of unknown type with JSON that the vendor gets unchanged. */
function rawAnswerForm(round, step, rawAnswerField) {
  const draft = Object.fromEntries(round.challenges.map(({ prompt }) => [prompt, ['']]))
  const area = el('textarea', { id: 'raw', rows: '6', spellcheck: 'false' })
  area.value = JSON.stringify(draft, null, 2)
  const problem = el('p', { class: 'error', role: 'alert', hidden: true })
  const send = button('Send this JSON', async () => {
    problem.hidden = true
    try {
      await step.answerRaw(JSON.parse(area.value))
    } catch (error) {
      showProblem(problem, error)
    }
  })
  return el(
    'details',
    { class: 'more', lang: 'en' },
    el('summary', {}, 'Answer with JSON'),
    el('label', { for: 'raw' }, rawAnswerField),
    area,
    problem,
    el('div', { class: 'actions' }, send),
  )
}

function showProblem(problem, error) {
  problem.textContent = error.message
  problem.hidden = false
}
