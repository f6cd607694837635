/** The view of each kind of step. */
import { button, el, heading, paragraph } from './dom.js'
import { frame, redirect } from './page.js'
import { challenge } from './round.js'
import { duration, ticking, timeLeft } from './time.js'
import { actions, type Context, type StepOf, type View } from './view.js'
import { describe, fill } from '../texts/describe.js'
import type { Step } from '../flow/steps.js'

export const VIEWS: { readonly [Kind in Step['kind']]: (step: StepOf<Kind>, context: Context) => View } = {
  working,
  challenge,
  redirect,
  connect: frame,
  done: (_, { texts: { labels } }) => ({ nodes: [heading(labels.doneTitle), paragraph(labels.doneSentence)] }),
  failed,
}

/** Also for a kind of step that a newer flow has. What happens now, what happens next, how long it has taken, and until when it waits. */
function working(first: StepOf<'working'>, context: Context): View {
  const { texts, clock } = context
  const { labels } = texts
  const since = clock.now()
  const title = heading('')
  const [next, elapsed, left] = [paragraph(''), paragraph('', 'hint'), paragraph('', 'hint')]
  let step = first
  const tick = () => {
    const { until } = step
    const time = duration(clock.now() - since, texts.locale)
    elapsed.textContent = time && fill(labels.elapsed, { time })
    const template = isExpiry(step) ? labels.newSessionIn : labels.nextCheck
    left.textContent = until == null ? '' : timeLeft(context, template, until)
  }
  const update = (given: Step) => {
    step = given as StepOf<'working'>
    const stage = texts.stages[isExpiry(step) ? 'expiry' : step.stage] ?? texts.stages.poll
    title.textContent = stage.now
    next.textContent = stage.next
    tick()
  }
  update(first)
  const progress = el('hr', 'progress')
  const cancel = actions(context)
  return { nodes: [title, progress, next, elapsed, left, cancel], effect: ticking(tick), update }
}

/** Whether the flow waits for the end of the old session. */
function isExpiry({ stage, until }: StepOf<'working'>): boolean {
  return stage === 'expiry' || (stage === 'start' && until !== null)
}

/** What happened, and the one action that helps. It is possible from `retryAt` on. */
function failed({ failure }: StepOf<'failed'>, context: Context): View {
  const { texts, act } = context
  const { title, sentence, action } = describe(failure, texts)
  const time = paragraph('', 'hint')
  const again = action.button && button(action.button, () => act(failure, action.next), 'primary')
  const tick = () => {
    time.textContent = timeLeft(context, texts.labels.retryIn, failure.retryAt ?? 0)
    if (again) again.disabled = time.textContent !== ''
  }
  const nodes = [heading(title), paragraph(sentence), time, ...(again ? [el('div', 'actions', again)] : [])]
  return { nodes, effect: ticking(tick) }
}
