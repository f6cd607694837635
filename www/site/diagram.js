/** The states of a flow, as the design draws them, with the one that it is in lit. */
import { el, svg } from './dom.js'

/** Each state: where it stands, and what it means. */
const STATES = {
  new: { x: 48, y: 112, text: 'No flow has begun.' },
  sending: { x: 196, y: 112, text: 'A request is under way.' },
  waiting: { x: 196, y: 26, text: 'The vendor is working. The flow looks again after a while.' },
  asking: { x: 196, y: 198, text: 'The bank waits for the person.' },
  done: { x: 352, y: 70, text: 'Authorized.' },
  failed: { x: 352, y: 154, text: 'Over, with a code and what to do next.' },
}

/** Each way from state to state: its line, and the event with the place of its words. */
const WAYS = [
  { line: 'M93 112H150', event: 'start', x: 121, y: 104 },
  { line: 'M180 94V45', event: '202', x: 160, y: 74 },
  { line: 'M212 44V93', event: 'waited', x: 240, y: 74 },
  { line: 'M180 130V179', event: '203', x: 160, y: 159 },
  { line: 'M212 180V131', event: 'answered', x: 247, y: 174 },
  { line: 'M241 106C276 100 290 94 309 81', event: '200', x: 286, y: 84 },
  { line: 'M241 118C276 124 290 130 309 143', event: 'refused, lost', x: 316, y: 116 },
  { line: 'M241 198C280 198 310 192 332 173', event: 'expired', x: 312, y: 206 },
]

/** @param {HTMLElement} place @param {HTMLElement} words says in text what the picture shows */
export function createDiagram(place, words) {
  const nodes = Object.fromEntries(
    Object.entries(STATES).map(([name, { x, y }]) => [
      name,
      svg(
        'g',
        { class: `node ${name}`, transform: `translate(${x} ${y})` },
        svg('rect', { x: '-44', y: '-18', width: '88', height: '36', rx: '18' }),
        svg('text', { y: '5' }, name),
      ),
    ]),
  )
  const picture = svg(
    'svg',
    { viewBox: '0 4 400 220', role: 'img', 'aria-label': 'The states of a flow' },
    svg(
      'defs',
      {},
      svg(
        'marker',
        { id: 'tip', viewBox: '0 0 8 8', refX: '7', refY: '4', markerWidth: '7', markerHeight: '7', orient: 'auto' },
        svg('path', { d: 'M0 0L8 4L0 8Z' }),
      ),
    ),
    ...WAYS.map(({ line, event, x, y }) =>
      svg(
        'g',
        { class: 'way' },
        svg('path', { d: line, 'marker-end': 'url(#tip)' }),
        svg('text', { x: String(x), y: String(y) }, event),
      ),
    ),
    ...Object.values(nodes),
  )
  place.replaceChildren(picture)

  return {
    /** Lights a state. Those that the flow came through stay marked until a new flow begins. */
    show(state) {
      for (const [name, { classList }] of Object.entries(nodes)) {
        const seen = classList.contains('lit') || classList.contains('passed')
        classList.toggle('passed', seen && state !== 'new' && state !== name)
        classList.toggle('lit', state === name)
      }
      picture.setAttribute('aria-label', `The states of a flow; it is in “${state}”`)
      words.replaceChildren(el('strong', {}, state), el('span', {}, STATES[state].text))
    },
  }
}
