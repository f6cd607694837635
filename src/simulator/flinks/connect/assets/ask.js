/** Shows a round of challenges as a form, and reads the answers with their keys. */
import { el } from './dom.js'

/** By `Type`. Other types get a text field. */
const KINDS = {
  MultipleChoice: (all, words) => choice(all.options, (key) => [all.prompt, [key]], words),
  MultipleChoiceMultipleAnswers: multipleAnswers,
  ImageSelection: images,
  TextOrCall: phone,
}

/**
 * @param {{ Type?: unknown, Prompt: string, Iterables?: string[] }[]} challenges
 * @returns {{ sets: Element[], read(): [string, string[]][] | null }} `read` returns null if an answer is missing, and shows why
 */
export function ask(challenges, words) {
  const fieldsets = challenges.map((challenge, index) => challengeSet(challenge, index, words))
  return {
    sets: fieldsets.map(({ set }) => set),
    read() {
      const pairs = fieldsets.map(({ read }) => read())
      const isDuplicate = (pair, at) => fieldsets[at].isNew && pairs.findIndex((other) => other?.[0] === pair?.[0]) < at
      fieldsets.forEach(({ showProblem }, at) => {
        showProblem(pairs[at] === null ? words.missing : isDuplicate(pairs[at], at) ? words.same : '')
      })
      const wrong = fieldsets.find(({ set }) => set.querySelector('.problem:not([hidden])'))
      wrong?.set.querySelector('input, select').focus()
      return wrong ? null : joined(pairs)
    },
  }
}

/** Challenges with the same prompt share one array, in order. */
function joined(pairs) {
  const all = new Map()
  for (const [key, answers] of pairs) all.set(key, [...(all.get(key) ?? []), ...answers])
  return [...all]
}

function challengeSet({ Type, Prompt, Iterables = [] }, index, words) {
  const all = { prompt: Prompt, options: Iterables, name: `challenge-${index}` }
  const isNew = Type === 'QuestionAndAnswer' && Iterables.length > 0
  const kind = isNew ? newQuestion : (Object.hasOwn(KINDS, Type) && KINDS[Type]) || text
  const { parts, read } = kind(all, words)
  const problem = el('p', { id: `${all.name}-problem`, class: 'problem', role: 'alert', hidden: true })
  const set = el(
    'fieldset',
    { class: 'challenge', 'aria-describedby': problem.id },
    el('legend', {}, Prompt),
    ...parts,
    problem,
  )
  for (const [at, choices] of set.querySelectorAll('.options').entries()) {
    for (const input of choices.querySelectorAll('input')) input.name = `${all.name}-${at}`
  }
  const showProblem = (why) => {
    problem.textContent = why
    problem.hidden = !why
  }
  return { set, isNew, showProblem, read }
}

function text({ prompt }, words) {
  const { part, input } = field(words.answer)
  return { parts: [part], read: () => (input.value ? [prompt, [input.value]] : null) }
}

function field(label, attributes = {}) {
  const input = el('input', {
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    ...attributes,
  })
  return { input, part: el('label', { class: 'field' }, el('span', {}, label), input) }
}

function newQuestion({ options }, words) {
  const select = el(
    'select',
    {},
    el('option', { value: '' }, words.pick),
    ...options.map((option) => el('option', { value: option }, option)),
  )
  const { part, input } = field(words.answer)
  const read = () => (select.value && input.value ? [select.value, [input.value]] : null)
  return { parts: [el('label', { class: 'field' }, el('span', {}, words.question), select), part], read }
}

/** The phone is the key, and the channel the answer. */
function phone({ options }, words) {
  const where = choices(options, (option) => option, words.phone)
  const how = choices(['Text', 'Call'], (option) => words[option], words.channel)
  const read = () => (where.value() && how.value() ? [where.value(), [how.value()]] : null)
  return { parts: [where.part, how.part], read }
}

function choice(options, pair) {
  const { part, value } = choices(options, (option) => option)
  return { parts: [part], read: () => (value() ? pair(value()) : null) }
}

function multipleAnswers({ prompt, options }) {
  const { part, values } = choices(options, (option) => option, null, 'checkbox')
  return { parts: [part], read: () => (values().length > 0 ? [prompt, values()] : null) }
}

/** Flinks sends no media type: the first bytes identify a GIF. */
function images({ prompt, options }, words) {
  const type = (image) => (image.startsWith('R0lGOD') ? 'gif' : 'png')
  const { part, value } = choices(options, (option, at) =>
    el('img', { src: `data:image/${type(option)};base64,${option}`, alt: words.image(at + 1, options.length) }),
  )
  part.classList.add('images')
  return { parts: [part], read: () => (value() ? [prompt, [value()]] : null) }
}

function choices(options, show, label, type = 'radio') {
  const inputs = options.map((value) => el('input', { type, value }))
  const part = el(
    'div',
    { class: 'options', role: label ? 'group' : null, 'aria-label': label },
    label ? el('span', { class: 'label', 'aria-hidden': 'true' }, label) : null,
    ...inputs.map((input, at) => el('label', { class: 'option' }, input, show(options[at], at))),
  )
  const values = () => inputs.filter(({ checked }) => checked).map(({ value }) => value)
  return { part, values, value: () => values()[0] }
}
