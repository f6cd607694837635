/**
 * The demo. It runs one flow at a time in `<bank-mfa>`, as a user of an app would see it, and shows what happens
 * behind the scenes: the steps, the requests, the trace and the code. The package does the work.
 *
 * It works in two ways:
 *   with the demo's server (`npx bank-mfa demo`), whose address `config` answers with the addresses of the simulated
 *   banks: everything works;
 *   as static files, where the file `config` beside this one answers, or nothing: the banks then run in the page, and
 *   what needs a server (the edge, Flinks Connect, the banks' own sites) is marked with `data-needs="server"` and left
 *   out. To publish it, copy this folder, and the package's `dist` to `pkg/dist` in it.
 */
import { readAddress, writeAddress } from './address.js'
import { codeOf } from './code.js'
import { drawCode } from './code-panel.js'
import {
  clock,
  diagram,
  elements,
  landing,
  peopleOf,
  personOf,
  runtimes,
  session,
  showProblem,
  vendors,
} from './context.js'
import { drawFaults, drawMisbehaviours } from './faults.js'
import { offerResume, refuseLanding, resumeAfterConnect } from './interrupted-flow.js'
import { en, es, fr } from './package.js'
import { drawPeople, selectPerson, testerNotes } from './people-list.js'
import { leaveFlow, restart, showIdle, startFlow } from './run-flow.js'
import { leaveOutServerControls, readChoices, showApplicableControls } from './setup-form.js'
import { connectTabs } from './tabs.js'

const { setup } = elements
const element = document.querySelector('bank-mfa')
let isReadingAddress = false
/** The address whose state the page shows. */
let shownAddress = null

for (const type of ['error', 'unhandledrejection']) {
  addEventListener(type, ({ error, reason }) => {
    showProblem(`Error in the demo: ${(error ?? reason)?.message ?? 'unknown'}`)
  })
}

drawMisbehaviours(elements.misbehave)
connectTabs(document.querySelector('[role="tablist"]'))
if (!session.hasServer) leaveOutServerControls(document)
elements['static-note'].hidden = session.hasServer
showVendor()
showIdle()

setup.addEventListener('change', ({ target }) => {
  if (target.name === 'vendor') showVendor()
  else if (target.name === 'runtime') showRuntime()
  else if (target.name === 'mode') showApplicableControls(setup)
  else if (target.name === 'person') showPerson()
  // Once for several changes at a time. An address shows what follows from it by itself.
  if (!isReadingAddress) queueMicrotask(() => elements['setup-fields'].disabled || showChoices())
})
setup.addEventListener('submit', (event) => {
  event.preventDefault()
  openSetup(false)
  showChoices()
  restart()
})
elements.change.addEventListener('click', () => openSetup(elements.change.ariaExpanded !== 'true'))
addEventListener('hashchange', () => {
  if (location.hash === shownAddress) return
  leaveFlow()
  openAddress(location.hash)
})

element.start = startFlow
element.clock = clock
begin()
document.body.dataset.ready = ''

/** Opens the state in the address, or offers the flow that a reload interrupted. */
function begin() {
  const { flow } = session.state
  const isOtherLink = location.hash !== '' && location.hash !== flow?.address && !landing.landing
  openAddress(flow && !isOtherLink ? flow.address : location.hash)
  if (flow && isOtherLink) leaveInterrupted(flow)
  else if (flow && landing.landing) resumeAfterConnect(flow)
  else if (flow) offerResume(flow)
  if (landing.refused || (landing.landing && !flow)) refuseLanding()
}

function leaveInterrupted({ snapshot, choices }) {
  session.keepFlow(null)
  runtimes[choices.runtime].discard(snapshot)
}

function openAddress(address) {
  isReadingAddress = true
  const unknown = address === '' ? [] : readAddress(setup, address, peopleOf)
  isReadingAddress = false
  showProblem(unknown.length > 0 ? describeUnknown(unknown) : '')
  // An address with an unknown part stays, so that a reload says so again.
  showChoices({ keepsAddress: unknown.length > 0 })
}

/** Names the first parts of an address that mean nothing here. A visitor can write any number of them. */
function describeUnknown(parts) {
  const names = [...new Set(parts)].slice(0, 3)
  const verb = names.length > 1 ? 'are' : 'is'
  return `The address names “${names.join('” and “')}”, which ${verb} unknown or not possible here.`
}

/** Shows all that follows from the choices: the address, the code, the language and the notes. */
function showChoices({ keepsAddress = false } = {}) {
  const choices = readChoices(setup)
  const person = personOf(choices)
  const address = writeAddress(setup)
  if (!keepsAddress && address !== location.hash) {
    const isSameTarget = address.split('?')[0] === location.hash.split('?')[0]
    history[isSameTarget || location.hash === '' ? 'replaceState' : 'pushState'](null, '', address)
  }
  shownAddress = location.hash
  element.texts = { en, es, fr }[choices.language]
  elements.chosen.textContent = `${choices.vendor === 'mx' ? 'MX' : 'Flinks'}: ${person.title}`
  elements['tester-notes'].replaceChildren(...testerNotes(person, choices))
  drawCode(elements.code, codeOf(choices, person))
  for (const link of document.querySelectorAll('nav a')) link.ariaCurrent = link.hash === address ? 'true' : null
}

function showVendor() {
  const { vendor } = readChoices(setup)
  const { groups, faultTargets, transitions, legend } = vendors[vendor]
  drawPeople(elements.people, peopleOf(vendor), groups)
  drawFaults({ fault: elements.fault, on: elements['fault-on'] }, faultTargets)
  diagram.draw(transitions, legend)
  diagram.show('idle')
  showRuntime()
}

function showRuntime() {
  showApplicableControls(setup)
  const { vendor, runtime } = readChoices(setup)
  elements.route.textContent = runtimes[runtime].route(vendors[vendor])
  elements['edge-note'].hidden = runtime !== 'edge'
  showPerson()
}

/** Selects the person, and disables the MX starts that the member does not allow. */
function showPerson() {
  const choices = readChoices(setup)
  const person = personOf(choices)
  selectPerson(person.id)
  const starts = vendors[choices.vendor].memberStarts?.(person, choices.runtime)
  for (const input of starts ? setup.elements.memberStart : []) {
    input.disabled = !starts.includes(input.value)
    input.checked = input.defaultChecked = input.value === starts[0]
  }
}

/** On a narrow screen the setup form opens on demand. */
function openSetup(isOpen) {
  elements.change.ariaExpanded = String(isOpen)
  setup.closest('.setup').classList.toggle('open', isOpen)
}
