/** The steps of a flow as a diagram with the current one highlighted. */
import { el, svg } from './create-element.js'

/**
 * Each state: its position and its meaning. Its name is the `kind` of the step, but for `idle` and `waiting`, a second kind
 * of `working`. `detail` tells those two apart. `after` names the transition that a vendor must have to reach it.
 */
const STATES = {
  idle: { x: 48, y: 112, label: 'no flow', text: 'No flow has started.' },
  working: { x: 196, y: 112, detail: 'request', text: 'A request is in progress.' },
  waiting: {
    x: 196,
    y: 26,
    label: 'working',
    detail: 'pause',
    text: 'The vendor is working. The flow polls again later.',
  },
  challenge: { x: 196, y: 198, width: 100, text: 'The flow waits for the user’s answer.' },
  redirect: { x: 60, y: 198, after: 'redirects', text: 'The user signs in on the bank’s website.' },
  connect: { x: 60, y: 198, after: 'connects', text: 'The user is on the vendor’s own page.' },
  done: { x: 352, y: 70, text: 'The flow ended with a result.' },
  failed: { x: 352, y: 154, text: 'The flow ended with a code and a next action.' },
}

/** Each transition: its line, its event, and the position of its label. */
const TRANSITIONS = [
  { line: 'M93 112H150', event: 'start', x: 121, y: 104 },
  { line: 'M180 94V45', event: 'waits', x: 174, y: 74, anchor: 'end' },
  { line: 'M212 44V93', event: 'waited', x: 240, y: 66 },
  { line: 'M180 130V179', event: 'asks', x: 174, y: 162, anchor: 'end' },
  { line: 'M212 180V131', event: 'answered', x: 247, y: 174 },
  { line: 'M158 129L60 178', event: 'redirects', x: 92, y: 148, anchor: 'end', bothWays: true },
  { line: 'M164 129L98 178', event: 'connects', x: 126, y: 152, anchor: 'end', bothWays: true },
  { line: 'M32 130V178', event: 'links', x: 38, y: 170, anchor: 'start' },
  { line: 'M241 106C276 100 290 94 309 81', event: 'done', x: 272, y: 86 },
  { line: 'M241 118C276 124 290 130 309 143', event: 'refused, lost', x: 316, y: 116 },
  { line: 'M241 198C280 198 310 192 332 173', event: 'expired', x: 312, y: 206 },
]

/** Transitions that are drawn only if the vendor has a label for them. */
const VENDOR_EVENTS = new Set(['waits', 'asks', 'redirects', 'connects', 'links', 'done'])

/**
 * @param {HTMLElement} text shows the current state in words
 * @param {HTMLElement} legend says what the labels are
 */
export function createDiagram(place, text, legend) {
  let nodes = {}
  let picture

  return {
    /**
     * @param {Record<string, string>} labels the vendor's label of each transition
     * @param {string} meaning what these labels are
     */
    draw(labels, meaning) {
      nodes = Object.fromEntries(
        Object.entries(STATES)
          .filter(([, { after }]) => after === undefined || after in labels)
          .map(([name, state]) => [name, drawState(name, state)]),
      )
      const transitions = TRANSITIONS.filter(({ event }) => !VENDOR_EVENTS.has(event) || event in labels)
      const arrow = {
        ...{ id: 'arrow', viewBox: '0 0 8 8', refX: '7', refY: '4' },
        ...{ markerWidth: '7', markerHeight: '7', orient: 'auto-start-reverse' },
      }
      picture = svg(
        'svg',
        { viewBox: '0 4 400 220', role: 'img', 'aria-label': 'The steps of a flow' },
        svg('defs', {}, svg('marker', arrow, svg('path', { d: 'M0 0L8 4L0 8Z' }))),
        ...transitions.map((transition) => drawTransition(transition, labels)),
        ...Object.values(nodes),
      )
      place.replaceChildren(picture)
      legend.textContent = `A box is the kind of a step. ${meaning}`
    },

    /** Highlights a state. Earlier states of the flow stay marked until a new flow starts. */
    show(state) {
      for (const [name, { classList }] of Object.entries(nodes)) {
        const wasReached = classList.contains('current') || classList.contains('passed')
        classList.toggle('passed', wasReached && state !== 'idle' && state !== name)
        classList.toggle('current', state === name)
      }
      const { label = state, text: meaning } = STATES[state]
      picture.setAttribute('aria-label', `The steps of a flow; the current one is “${label}”`)
      text.replaceChildren(el('strong', {}, label), el('span', {}, meaning))
    },
  }
}

function drawState(name, { x, y, width = 88, label = name, detail }) {
  return svg(
    'g',
    { class: `node ${name}`, 'data-state': name, transform: `translate(${x} ${y})` },
    svg('rect', { x: String(-width / 2), y: '-18', width: String(width), height: '36', rx: '18' }),
    svg('text', { y: detail ? '-1' : '5' }, label),
    detail ? svg('text', { class: 'detail', y: '12' }, detail) : null,
  )
}

function drawTransition({ line, event, x, y, anchor, bothWays }, labels) {
  return svg(
    'g',
    { class: 'transition' },
    svg('path', { d: line, 'marker-start': bothWays ? 'url(#arrow)' : null, 'marker-end': 'url(#arrow)' }),
    svg('text', { x: String(x), y: String(y), class: anchor }, labels[event] ?? event),
  )
}
