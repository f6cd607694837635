/** Starts a flow and shows each of its steps. */
import { diagram, elements, messageLog, personOf, requestLog, runtimes, session, vendors } from './context.js'
import { el } from './create-element.js'
import { connectRules } from './faults.js'
import { focusForm } from './round-form.js'
import { readChoices } from './setup-form.js'
import { STEP_VIEWS } from './step-views.js'

let faultWasSet = false

/** Starts the flow that the setup form describes. */
export function startFlow() {
  const choices = readChoices(elements.setup)
  requestLog.clear()
  messageLog.clear()
  showIdle()
  elements.person.focus()
  return runFlow(choices, async () => {
    const runtime = runtimes[choices.runtime]
    // A reset removes an unused fault and what an earlier flow changed. A flow that still runs at the edge needs both.
    const edgeFlowRuns = session.state.flow?.choices.runtime === 'edge'
    await session.control({
      reset: !edgeFlowRuns && (faultWasSet || vendors[choices.vendor].keepsChanges(choices)),
      cors: !choices.corsBlocked,
      rules: { authorizeAsync: choices.authorizeAsync },
      connect: connectRules(choices.misbehave),
    })
    const params = await runtime.params(personOf(choices), choices)
    if (choices.fault) await session.control({ fault: choices.fault })
    faultWasSet = choices.fault !== null
    return runtime.start(params, choices)
  })
}

/** Runs the flow that `open` returns, and shows each step until the end. */
export async function runFlow(choices, open) {
  elements['setup-fields'].disabled = true
  try {
    const flow = await open()
    for await (const step of flow) {
      const hasEnded = step.kind === 'done' || step.kind === 'failed'
      // Stored at each step, so that a reload finds the latest challenge. A flow at the edge has no handle at first.
      const snapshot = flow.snapshot()
      session.keepFlow(hasEnded || snapshot === '' ? null : { snapshot, choices })
      show(stateOf(step), STEP_VIEWS[step.kind](step, flow, choices, startFlow))
      if (step.kind === 'challenge') focusForm(document.getElementById('round'))
      if (hasEnded) elements['person-view'].querySelector('h3').focus()
      // The focused element may have disappeared with the previous view.
      if (document.activeElement === document.body) elements.person.focus()
    }
  } finally {
    elements['setup-fields'].disabled = false
  }
}

function stateOf({ kind, until }) {
  const working = until ? 'waiting' : 'sending'
  return { working, challenge: 'asking', redirect: 'redirecting', connect: 'connecting' }[kind] ?? kind
}

export function show(state, { view, status, lang = 'en', testerButtons = [] }) {
  document.body.dataset.state = state
  diagram.show(state)
  elements['person-view'].replaceChildren(view)
  elements['tester-buttons'].replaceChildren(...testerButtons)
  elements.status.lang = lang
  elements.status.textContent = status
}

export function showIdle() {
  const text = 'Choose a person and press Start. The bank’s questions appear here, as a form in your own page.'
  show('new', { view: el('div', { class: 'notice' }, el('p', {}, text)), status: '' })
}
