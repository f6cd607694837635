/** Starts flows, passes them to the element, and shows what happens behind the scenes. */
import { diagram, elements, personOf, requestLog, runtimes, session, vendors } from './context.js'
import { connectRules } from './faults.js'
import { leaveView, noServerView } from './leave-view.js'
import { readChoices } from './setup-form.js'
import { clearStep, drawStep } from './step-panel.js'
import { drawTools } from './tester-tools.js'
import { clearTrace, drawTrace } from './trace-panel.js'

const element = document.querySelector('bank-mfa')

/** The flow that the page follows. */
let current = null
let faultWasSet = false

/** Starts the flow that the setup form describes, and returns it for the element. */
export async function startFlow() {
  const choices = readChoices(elements.setup)
  requestLog.clear()
  lockSetup(true)
  try {
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
    return follow(runtime.start(params, choices), choices)
  } catch (error) {
    lockSetup(false)
    throw error
  }
}

/** Shows a flow that an earlier page has started. */
export function resumeFlow(snapshot, choices) {
  const flow = runtimes[choices.runtime].resume(snapshot, choices)
  element.flow = follow(flow, choices)
  element.focus()
  return flow
}

/** Leaves the flow: it is cancelled, and the element offers a new start. */
export function leaveFlow() {
  const flow = current
  current = null
  element.flow = null
  flow?.cancel()
  if (flow) session.keepFlow(null)
  lockSetup(false)
  showIdle()
}

/** Starts the flow that the setup form describes in place of the one that has ended. */
export async function restart() {
  element.flow = null
  // The element keeps the focus, so that the person can type as soon as the bank asks.
  element.focus()
  element.flow = await startFlow()
}

export function showIdle() {
  showState('idle')
  clearStep(elements.step)
  elements['tester-tools'].replaceChildren()
  clearTrace(elements.trace)
  showElsewhere(null)
}

/** Shows each step of a flow until its end, or until the page leaves it. Returns the flow for the element. */
function follow(flow, choices) {
  current = flow
  elements.interrupted.replaceChildren()
  lockSetup(true)
  showSteps(flow, choices)
  return forElement(flow, choices)
}

async function showSteps(flow, choices) {
  for await (const step of flow) {
    if (current !== flow) return
    const hasEnded = step.kind === 'done' || step.kind === 'failed'
    // Stored at each step, so that a reload finds the latest challenge. A flow at the edge has no handle at first.
    const snapshot = flow.snapshot()
    session.keepFlow(hasEnded || snapshot === '' ? null : { snapshot, choices, address: location.hash })
    if (hasEnded) lockSetup(false)
    showState(stateOf(step))
    const vendor = vendors[choices.vendor]
    drawStep(elements.step, step, vendor, runtimes[choices.runtime].dataAdvice(vendor))
    drawTools(elements['tester-tools'], step, choices, restart)
    drawTrace(elements.trace, flow.trace())
    showElsewhere(isElsewhere(step, choices) ? step : null, flow)
  }
}

/** The state of the diagram. */
const stateOf = ({ kind, until }) => (kind === 'working' && until ? 'waiting' : kind)

function showState(state) {
  document.body.dataset.state = state
  diagram.show(state)
}

function lockSetup(isLocked) {
  elements['setup-fields'].disabled = isLocked
  elements.start.textContent = isLocked ? 'A flow is running' : 'Start this scenario'
  // Nothing in it can have the focus then, but the keyboard must be able to scroll it.
  elements.setup.toggleAttribute('tabindex', isLocked)
  if (isLocked) elements.setup.tabIndex = 0
}

/** Whether the vendor's own page replaces this one, or cannot be shown, so that the element must not open it. */
function isElsewhere({ kind }, { presentation }) {
  if (!session.hasServer) return kind === 'connect' || kind === 'redirect'
  return kind === 'connect' && presentation === 'page'
}

const ELSEWHERE = { kind: 'working', stage: 'window', until: null }

/** The flow as the element may see it. */
function forElement(flow, choices) {
  const { pageUrl } = vendors[choices.vendor]
  let seen = {}
  return {
    get current() {
      const { current } = flow
      if (isElsewhere(current, choices)) return ELSEWHERE
      if (current.kind !== 'redirect') return current
      // The same object until the step changes.
      if (seen.of !== current) seen = { of: current, step: withPageUrl(current, (url) => pageUrl(url, session)) }
      return seen.step
    },
    subscribe: (listener) => flow.subscribe(listener),
    cancel: () => flow.cancel(),
  }
}

/** A step whose page is at another address: the simulated banks have no https. */
function withPageUrl(step, toUrl) {
  const { kind, purpose, number, error, signal } = step
  return {
    ...{ kind, purpose, number, error, signal },
    url: toUrl(step.url),
    pageUrl: async () => toUrl(await step.pageUrl()),
    returned: (landingUrl) => step.returned(landingUrl),
  }
}

/** Shows the page's own view of a step in place of the element. */
function showElsewhere(step, flow) {
  const place = elements.elsewhere
  element.hidden = step !== null
  const view = session.hasServer ? leaveView : noServerView
  place.replaceChildren(...(step ? [view(step, flow, element.texts)] : []))
  place.querySelector('h3')?.focus()
}
