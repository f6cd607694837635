/** Continues a flow that a reload or a visit to Connect interrupted. */
import { elements, landing, runtimes, session, showProblem } from './context.js'
import { button, el } from './create-element.js'
import { resumeFlow } from './run-flow.js'

/** Resumes the flow that the person left for Connect, and passes on what Connect returned, unless that is an error. */
export function resumeAfterConnect({ snapshot, choices }) {
  const flow = resumeFlow(snapshot, choices)
  if (landing.landing.error) return
  // Rejects if the address belongs to another flow, or if this flow does not wait for it. The flow then continues.
  returnToFlow(flow, landing.landing).catch(refuseLanding)
}

async function returnToFlow(flow, { loginId, state, accountIds }) {
  for await (const step of flow) {
    if (step.kind !== 'working') return step.returned({ loginId, state, accountIds })
  }
}

export function refuseLanding() {
  showProblem(
    'The address of this page contains a Connect result that no flow in this window waits for. It was ignored.',
  )
}

/** Offers to resume the flow that a reload interrupted. */
export function offerResume({ snapshot, choices }) {
  const runtime = runtimes[choices.runtime]
  const place = elements.interrupted
  const discard = () => {
    place.replaceChildren()
    session.keepFlow(null)
    runtime.discard(snapshot)
    elements.person.focus()
  }
  place.replaceChildren(
    el(
      'div',
      { class: 'notice', role: 'status' },
      el('p', {}, el('strong', {}, 'A flow was interrupted. '), runtime.storedText),
      el(
        'div',
        { class: 'actions' },
        button('Resume it', () => resumeFlow(snapshot, choices), { id: 'resume', class: 'primary' }),
        button('Discard it', discard, { id: 'discard' }),
      ),
    ),
  )
}
