/** The states of a flow, as the design draws them, with the one that it is in lit. */
import { el, svg } from './dom.js'

/** Each state: where it stands, and what it means. */
const STATES = {
  new: { x: 48, y: 112, text: 'No flow has begun.' },
  sending: { x: 196, y: 112, text: 'A request is under way.' },
  waiting: { x: 196, y: 26, text: 'The vendor is working. The flow looks again after a while.' },
  asking: { x: 196, y: 198, text: 'The bank waits for the person.' },
  redirecting: { x: 60, y: 198, width: 112, after: 'redirects', text: 'The person signs in at the bank’s own site.' },
  connecting: { x: 60, y: 198, width: 112, after: 'connects', text: 'The person is on the vendor’s own page.' },
  done: { x: 352, y: 70, text: 'Connected.' },
  failed: { x: 352, y: 154, text: 'Over, with a code and what to do next.' },
}

/** Each way from state to state: its line, and the event, ours or the vendor's, with the place of its words. */
const WAYS = [
  { line: 'M93 112H150', event: 'start', x: 121, y: 104 },
  { line: 'M180 94V45', event: 'waits', x: 174, y: 74, anchor: 'end' },
  { line: 'M212 44V93', event: 'waited', x: 240, y: 66 },
  { line: 'M180 130V179', event: 'asks', x: 174, y: 174, anchor: 'end' },
  { line: 'M212 180V131', event: 'answered', x: 247, y: 174 },
  { line: 'M158 129L60 178', event: 'redirects', x: 92, y: 148, anchor: 'end', back: true },
  { line: 'M164 129L98 178', event: 'connects', x: 126, y: 152, anchor: 'end', back: true },
  { line: 'M32 130V178', event: 'links', x: 38, y: 170, anchor: 'start' },
  { line: 'M241 106C276 100 290 94 309 81', event: 'done', x: 256, y: 84 },
  { line: 'M241 118C276 124 290 130 309 143', event: 'refused, lost', x: 316, y: 116 },
  { line: 'M241 198C280 198 310 192 332 173', event: 'expired', x: 312, y: 206 },
]

/** What a vendor may say; a vendor that never says it has not got the state behind it either. */
const SAID = new Set(['waits', 'asks', 'redirects', 'connects', 'links', 'done'])

/** @param {HTMLElement} place @param {HTMLElement} words says in text what the picture shows */
export function createDiagram(place, words) {
  let nodes = {}
  let picture

  return {
    /** Draws it in a vendor's words: `{ waits, asks, redirects, connects, links, done }`. */
    draw(events) {
      nodes = Object.fromEntries(
        Object.entries(STATES)
          .filter(([, { after }]) => after === undefined || after in events)
          .map(([name, state]) => [name, node(name, state)]),
      )
      const ways = WAYS.filter(({ event }) => !SAID.has(event) || event in events)
      picture = svg(
        'svg',
        { viewBox: '0 4 400 220', role: 'img', 'aria-label': 'The states of a flow' },
        svg(
          'defs',
          {},
          svg(
            'marker',
            {
              ...{ id: 'tip', viewBox: '0 0 8 8', refX: '7', refY: '4' },
              ...{ markerWidth: '7', markerHeight: '7', orient: 'auto-start-reverse' },
            },
            svg('path', { d: 'M0 0L8 4L0 8Z' }),
          ),
        ),
        ...ways.map((way) => drawn(way, events)),
        ...Object.values(nodes),
      )
      place.replaceChildren(picture)
    },

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

function node(name, { x, y, width = 88 }) {
  return svg(
    'g',
    { class: `node ${name}`, transform: `translate(${x} ${y})` },
    svg('rect', { x: String(-width / 2), y: '-18', width: String(width), height: '36', rx: '18' }),
    svg('text', { y: '5' }, name),
  )
}

function drawn({ line, event, x, y, anchor, back }, events) {
  return svg(
    'g',
    { class: 'way' },
    svg('path', { d: line, 'marker-start': back ? 'url(#tip)' : null, 'marker-end': 'url(#tip)' }),
    svg('text', { x: String(x), y: String(y), class: anchor }, events[event] ?? event),
  )
}
