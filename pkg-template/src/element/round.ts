/** The view of a round: a form with every challenge of it. */
import { explain } from './alert.js'
import { alertBox, button, el, heading, paragraph } from './dom.js'
import { challengeView } from './controls.js'
import { ticking, timeLeft } from './time.js'
import { actions, type Context, type StepOf, type View } from './view.js'
import type { FlowError } from '../flow/errors.js'

export function challenge(step: StepOf<'challenge'>, context: Context): View {
  const { texts } = context
  const { labels } = texts
  const { challenges, refused, expires, newSession } = step.round
  const [title, refusal] = challenges.every(({ kind }) => kind === 'credentials')
    ? [labels.credentialsTitle, labels.credentialsRefused]
    : [labels.roundTitle, labels.answerRefused]
  const problem = alertBox()
  const send = button(labels.send, () => {}, 'primary')
  send.type = 'submit'
  const form = el(
    'form',
    { part: 'form', 'aria-label': title },
    refused && alertBox(refusal),
    ...challenges.map((challenge) => challengeView(challenge, labels)),
    problem,
    actions(context, send),
  )

  /** Runs one call at a time, and shows why it failed. */
  const run = async (call: () => Promise<void>) => {
    if (send.ariaDisabled) return
    // Not `disabled`, which would drop the focus.
    send.ariaDisabled = 'true'
    clearErrors(form)
    problem.replaceChildren()
    try {
      await call()
    } catch (error) {
      showErrors(form, problem, error as FlowError, context)
    }
    send.ariaDisabled = null
  }
  form.onsubmit = (event) => {
    event.preventDefault()
    void run(() => step.answer(new FormData(form)))
  }

  // Only a documented time is a fact.
  const left = expires?.documented && el('p', { part: 'hint', role: 'timer' })
  if (left) form.prepend(left)
  const begins = paragraph(labels.newSessionUnknown)
  const effect = ticking(() => {
    if (left) left.textContent = timeLeft(context, labels.timeLeft, expires.at)
    if (newSession?.at && newSession.documented)
      begins.textContent = timeLeft(context, labels.newSessionIn, newSession.at)
  })
  const nodes: Node[] = [heading(title), form]
  if (newSession && form.querySelector('[autocomplete=one-time-code]')) {
    const start = button(labels.newSession, () => void run(() => step.startNewSession()))
    const cost = paragraph(labels.newSessionCost)
    nodes.push(el('details', 'more', el('summary', 'text', labels.noCode), cost, begins, start))
  }
  return { nodes, effect, focus: form.querySelector('input,select') }
}

/** Shows each error beside its field, and all others in the alert. Moves the focus to the first field with an error. */
function showErrors(form: HTMLElement, problem: HTMLElement, error: FlowError, { texts }: Context): void {
  const rest = (error.fields ?? []).filter(({ name, reason }) => {
    const control = [...form.querySelectorAll('[id]')].find(({ id }) => id === name)
    const id = `${name}-error`
    control?.setAttribute('aria-invalid', 'true')
    control?.setAttribute('aria-describedby', id)
    control?.after(el('p', { part: 'error', id }, texts.fieldErrors[reason]))
    return !control
  })
  const first = form.querySelector<HTMLElement>('[aria-invalid]:is(input,select),[aria-invalid] input')
  if (first && !rest.length) problem.append(texts.labels.checkFields)
  else explain(problem, error, texts)
  first?.focus()
}

function clearErrors(form: HTMLElement): void {
  for (const error of form.querySelectorAll('[part=error]')) error.remove()
  for (const control of form.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid')
    control.removeAttribute('aria-describedby')
  }
}
