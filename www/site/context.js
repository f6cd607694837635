/** The objects that live as long as the page. */
import { createClock } from './clock.js'
import { readLandingOnce } from './leave-view.js'
import { createRequestLog } from './request-log.js'
import { createRuntimes } from './runtimes.js'
import { openSession } from './simulator-session.js'
import { createDiagram } from './state-diagram.js'
import flinks from './vendors/flinks.js'
import mx from './vendors/mx.js'

/** Read first: after Connect redirected the person back, the address bar contains a LoginId, which this removes. */
export const landing = readLandingOnce()

/** Each element of the page that has an id. */
export const elements = Object.fromEntries(
  [...document.querySelectorAll('[id]')].map((element) => [element.id, element]),
)

export const vendors = { flinks, mx }
export const diagram = createDiagram(elements.diagram, elements['state-text'], elements['diagram-legend'])
export const session = await openSession()
export const clock = createClock(session.state.offsetMs)
export const requestLog = createRequestLog(
  elements.requests,
  { vendor: session.baseUrl, proxy: session.proxyUrl, edge: session.edgeUrl },
  session.fetch,
)
export const runtimes = createRuntimes({ session, requestLog, clock, vendors })

const people = {}
for (const [name, { list, idOf, needsServer }] of Object.entries(vendors)) {
  const all = (await session.list(list)).map((person) => ({ id: idOf(person), ...person }))
  people[name] = session.hasServer ? all : all.filter((person) => !needsServer?.(person))
}

/** The simulated people of a vendor. */
export const peopleOf = (vendor) => people[vendor]

/** The chosen person. */
export const personOf = ({ vendor, person }) => people[vendor].find(({ id }) => id === person)

/** Shows a problem of the page; an empty text removes it. */
export function showProblem(text) {
  elements.problem.hidden = text === ''
  elements.problem.textContent = text
}

/** Moves both clocks forward, the vendor's first: it must not be behind when the flow polls. */
export async function advanceClocks(ms) {
  if (ms <= 0) return
  await session.advance(ms)
  clock.advance(ms)
}
