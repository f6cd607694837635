/** The challenges of a round as form controls, by the type of their fields. The vendor's texts stay text. */
import { el, paragraph, type Child } from './dom.js'
import { fill } from '../texts/describe.js'
import type { Labels } from '../texts/types.js'
import type { Challenge, Field } from '../wasm/bank_mfa.js'

/** A choice with more options is a select. */
const MAX_RADIOS = 6

interface Place {
  readonly labels: Labels
  /** The id of the prompt. */
  readonly prompt: string
  /** The label of the field, or null if the prompt is its label. */
  readonly label: string | null
}

const CONTROLS: Readonly<Record<Field['type'], (field: Field, place: Place) => HTMLElement>> = {
  text: textInput,
  select: (field, place) =>
    field.part === 'question' || field.options.length > MAX_RADIOS
      ? select(field, place)
      : group('radio', field, place),
  'multi-select': (field, place) => group('checkbox', field, place),
  'image-select': (field, place) => group('radio', field, place),
}

/** A challenge: its prompt, its picture and its fields. */
export function challengeView({ id, kind, vendorType, prompt, image, fields }: Challenge, labels: Labels): HTMLElement {
  const isTyped = fields[0]?.type === 'text'
  // The prompt of a credential is the label of its input.
  const isCredential = kind === 'credentials' && isTyped
  return el(
    isCredential ? 'div' : 'fieldset',
    'challenge',
    !isCredential && el('legend', { part: 'prompt', id, dir: 'auto' }, prompt),
    image && picture(image.src, labels),
    fields.some(({ optional }) => optional) && paragraph(labels.optionalHint, 'hint'),
    ...fields.map((field) => {
      const name = labels[field.autocomplete ?? field.part]
      // Flinks gives no label for a credential, only its name.
      let label: string | null = isCredential && prompt !== vendorType ? prompt : name
      if (field.optional) label = `${label} ${labels.optional}`
      if (!isTyped && fields.length < 2) label = null
      return (CONTROLS[field.type] ?? textInput)(field, { labels, prompt: id, label })
    }),
  )
}

function textInput({ name, secret, autocomplete }: Field, { labels, label }: Place): HTMLElement {
  const input = el('input', {
    part: 'input',
    id: name,
    name,
    type: secret && 'password',
    autocomplete: autocomplete ?? 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  })
  const show = el('input', { type: 'checkbox', onchange: () => (input.type = show.checked ? 'text' : 'password') })
  return fieldBox(
    el('label', { part: 'label', for: name, dir: 'auto' }, label),
    input,
    secret && el('label', 'option show', show, labels.showAnswer),
  )
}

function select({ name, options }: Field, { labels, label, prompt }: Place): HTMLElement {
  const choices = options.map((option) => el('option', { value: option.id }, option.label))
  return fieldBox(
    label && el('label', { part: 'label', for: name }, label),
    el(
      'select',
      { part: 'input', id: name, name, 'aria-labelledby': !label && prompt },
      el('option', { value: '' }, labels.choose),
      ...choices,
    ),
  )
}

function group(type: 'radio' | 'checkbox', { name, options }: Field, { labels, label }: Place): HTMLElement {
  const count = options.length
  const choices = options.map(({ id, label, image }, index) =>
    el(
      'label',
      'option',
      el('input', { type, name, value: id }),
      image ? picture(image.src, labels, index + 1, count) : el('span', 'text', label),
    ),
  )
  // Without a label of its own, it has the prompt of the challenge around it.
  return el(
    'fieldset',
    { part: options.some(({ image }) => image) ? 'options images' : 'options', id: name },
    label && el('legend', 'label', label),
    ...choices,
  )
}

function fieldBox(...children: Child[]): HTMLElement {
  return el('div', 'field', ...children)
}

/** A picture of the bank. Any other scheme of its address is refused. */
function picture(src: string, labels: Labels, number = 1, count = 1): HTMLElement {
  const alt = fill(labels.image, { number, count })
  return el('img', { part: 'image', src: /^(data:image\/|https:)/i.test(src) && src, alt })
}
