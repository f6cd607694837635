/** Continues a flow that a reload or a visit to Connect interrupted. */
import { address, runtimes, session, showProblem } from './context.js'
import { button, el } from './create-element.js'
import { runFlow, show, showIdle } from './run-flow.js'

/** Resumes the flow that the person left for Connect, and passes on what Connect returned, unless that is an error. */
export function resumeAfterConnect({ snapshot, choices }) {
  return runFlow(choices, () => {
    const flow = runtimes[choices.runtime].resume(snapshot, choices)
    if (address.landing.error) return flow
    // Rejects if the address belongs to another flow, or if this flow does not wait for it. The flow then continues.
    returnToFlow(flow, address.landing).catch(refuseAddress)
    return flow
  })
}

async function returnToFlow(flow, { loginId, state, accountIds }) {
  for await (const step of flow) {
    if (step.kind !== 'working') return step.returned({ loginId, state, accountIds })
  }
}

export function refuseAddress() {
  showProblem(
    'The address of this page contains a Connect result that no flow in this window waits for. It was ignored.',
  )
}

/** Offers to resume the flow that a reload interrupted. */
export function offerResume({ snapshot, choices }) {
  const title = 'A flow was interrupted'
  const runtime = runtimes[choices.runtime]
  const resume = () => runFlow(choices, () => runtime.resume(snapshot, choices))
  const discard = () => {
    session.keepFlow(null)
    runtime.discard(snapshot)
    showIdle()
  }
  const view = el(
    'div',
    { class: 'notice' },
    el('h3', {}, title),
    el('p', {}, runtime.storedText),
    el(
      'div',
      { class: 'actions' },
      button('Resume it', resume, { id: 'resume', class: 'primary' }),
      button('Discard it', discard, { id: 'discard' }),
    ),
  )
  show('new', { view, status: `${title}.` })
}
