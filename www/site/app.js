/**
 * The demo page. It runs one flow at a time, and shows the person's form, the state of the flow and its requests.
 * The package does the work.
 */
import { address, diagram, elements, peopleOf, personOf, runtimes, session, showProblem, vendors } from './context.js'
import { drawFaults, drawMisbehaviours } from './faults.js'
import { offerResume, refuseAddress, resumeAfterConnect } from './interrupted-flow.js'
import { drawPeople, selectPerson, testerNotes } from './people-list.js'
import { showIdle, startFlow } from './run-flow.js'
import { readChoices, restoreChoices, showApplicableControls } from './setup-form.js'

const { setup } = elements

for (const type of ['error', 'unhandledrejection']) {
  addEventListener(type, ({ error, reason }) => {
    showProblem(`Error in the demo: ${(error ?? reason)?.message ?? 'unknown'}`)
  })
}

drawMisbehaviours(elements.misbehave)
showVendor()
setup.addEventListener('change', ({ target }) => {
  if (target.name === 'vendor') showVendor()
  else if (target.name === 'runtime') showRuntime()
  else if (target.name === 'mode') showApplicableControls(setup)
  else if (target.name === 'person') showPerson()
})
setup.addEventListener('submit', (event) => {
  event.preventDefault()
  startFlow()
})
const { flow } = session.state
if (flow) {
  restoreChoices(setup, flow.choices)
  showVendor()
  selectPerson(flow.choices.person)
  showPerson()
  if (address.landing) resumeAfterConnect(flow)
  else offerResume(flow)
}
if (address.refused || (address.landing && !flow)) refuseAddress()
document.body.dataset.ready = ''

function showVendor() {
  const { vendor } = readChoices(setup)
  const { groups, faultTargets, transitions } = vendors[vendor]
  drawPeople(elements.people, peopleOf(vendor), groups)
  drawFaults({ fault: elements.fault, on: elements['fault-on'] }, faultTargets)
  diagram.draw(transitions)
  showRuntime()
  showIdle()
}

function showRuntime() {
  showApplicableControls(setup)
  const { vendor, runtime } = readChoices(setup)
  elements.route.textContent = runtimes[runtime].route(vendors[vendor])
  elements['edge-note'].hidden = runtime !== 'edge'
  showPerson()
}

/** Shows the notes on the person, and disables the MX starts that the member does not allow. */
function showPerson() {
  const choices = readChoices(setup)
  const person = personOf(choices)
  elements['tester-notes'].replaceChildren(...testerNotes(person))
  const starts = vendors[choices.vendor].memberStarts?.(person, choices.runtime)
  for (const input of starts ? setup.elements.memberStart : []) {
    input.disabled = !starts.includes(input.value)
    input.checked = input.value === starts[0]
  }
}
