/** Mistakes that the swarm must find, made from outside: around the store, or in a copy of the package. */
import { losingStore, precedesSend } from '../crash/losing-store.mjs'

const AT_TIMES = "(request.method === 'GET' && Math.random() < 0.15)"

const ENDS = "this.#end({ kind: 'failed',"
/** Ends a flow with another failure than its own, if it has one of these. */
const ends = (codes, code, next) => ({
  'flow/flow.js': [
    [
      ENDS,
      `if (/${codes}/.test(step.failure.code))
        Object.assign(step.failure, { code: '${code}', next: '${next}', otherwise: null, vendorCode: null });
      ${ENDS}`,
    ],
  ],
})
const RELABELLED = 'outcome-unknown|answer-refused|session-expired|unreachable|timed-out|unreadable-reply'

/** A reply in which the member is connected, although it asks or has failed. */
const AS_CONNECTED = `const asConnected = (bytes) => {
  const text = new TextDecoder().decode(bytes)
  if (!/"connection_status":"(CHALLENGED|REJECTED|DENIED)"/.test(text)) return bytes
  const changed = text.replace(/"connection_status":"\\w+"/, '"connection_status":"CONNECTED"')
  return new TextEncoder().encode(changed.replace('"is_being_aggregated":true', '"is_being_aggregated":false'))
}`

/**
 * Each mistake: how it is made, the kinds of flaws that show it, and the number of seeds within which one does, from 1 or
 * `first` on. `patches` are those of `copyApp`. `other` names another release that runs, too.
 */
export const SABOTAGE = {
  'stores after it sends': {
    wrapStore: (sealer) => (store) => losingStore(store, precedesSend(sealer)),
    shows: ['received twice'],
    within: 100,
  },
  'no compare-and-set': {
    wrapStore: () => (store) => ({
      ...store,
      async write(id, sealed, _, when) {
        const found = await store.read(id)
        await store.write(id, sealed, found?.version ?? 0, when)
        return true
      },
    }),
    shows: ['received twice', 'goes back', 'contradicting endings'],
    within: 100,
  },
  'origin unchecked': {
    patches: { 'edge/http/origin.js': [["throw problem('FORBIDDEN')", '']] },
    shows: ['foreign page'],
    within: 30,
  },
  'an edge throws at times': {
    patches: {
      'edge/http/handler.js': [
        ['await route(call)', `await (${AT_TIMES} ? Promise.reject(new TypeError('planted')) : route(call))`],
      ],
    },
    shows: ['throws'],
    within: 20,
  },
  'an edge replies with 500 at times': {
    patches: {
      'edge/http/handler.js': [['status,\n            headers: {', `status: ${AT_TIMES} ? 500 : status, headers: {`]],
    },
    shows: ['server error'],
    within: 20,
  },
  'an edge does not wait for another turn': {
    patches: {
      'edge/engine/service.js': [['const deadline = clock.now() + LONG_POLL_MS', 'const deadline = clock.now()']],
    },
    shows: ['server error'],
    within: 10,
  },
  'failures have the code of another one': {
    patches: {
      'flow/flow.js': [
        [ENDS, `if (/${RELABELLED}/.test(step.failure.code)) step.failure.code = 'institution-closed'; ${ENDS}`],
      ],
    },
    shows: ['untrue ending'],
    within: 20,
  },
  'failures have the next action of another one': {
    patches: {
      'flow/flow.js': [[ENDS, `if (step.failure.next === 'start-over') step.failure.next = 'retry-later'; ${ENDS}`]],
    },
    shows: ['untrue ending'],
    within: 20,
  },
  'a flow is cancelled that nobody has cancelled': {
    patches: ends('session-expired|answer-refused', 'cancelled', 'start-over'),
    shows: ['untrue ending'],
    within: 20,
  },
  'a flow times out too early': {
    patches: ends('session-expired|answer-refused', 'timed-out', 'retry-later'),
    shows: ['untrue ending'],
    within: 20,
  },
  'a vendor is called unreachable that has replied': {
    patches: ends('busy|unreadable-reply|session-expired', 'unreachable', 'retry-later'),
    shows: ['untrue ending'],
    within: 20,
  },
  'MX is taken for connected before it is': {
    patches: {
      'flow/flow.js': [
        ['status, retryAfter, bytes, this', 'status, retryAfter, asConnected(bytes), this'],
        ['export class Flow ', `${AS_CONNECTED}\nexport class Flow `],
      ],
    },
    shows: ['untrue ending'],
    within: 20,
  },
  'an answer is lost, and another one is sent twice': {
    patches: {
      'flow/transport.js': [
        [
          'const reply = await this.#call({ ...request, stage }, headers, timeout);',
          `if (stage === 'answer' && Math.random() < 0.5) throw new TypeError('planted')
          if (stage === 'answer') await this.#call({ ...request, stage }, headers, timeout)
          const reply = await this.#call({ ...request, stage }, headers, timeout);`,
        ],
      ],
    },
    shows: ['received twice'],
    within: 20,
  },
  'a failed delivery is not retried': {
    patches: { 'edge/engine/turn.js': [['due: now + RETRY_MS }', 'due: null }']] },
    shows: ['not delivered'],
    within: 100,
  },
  'a lease does not last as long as its call': {
    patches: { 'edge/engine/turn.js': [['.now() + timeout + LEASE_GRACE_MS', '.now() + LEASE_GRACE_MS']] },
    shows: ['lease too short'],
    within: 20,
  },
  'a start is repeated after hours': {
    patches: { 'remote/flow.js': [['this.#edge.clock.now() + START_WINDOW_MS', 'Infinity']] },
    shows: ['received twice'],
    first: 41,
    within: 10,
  },
  'the user is called again while a window is open': {
    patches: {
      'edge/engine/delivery.js': [
        ['before.step.kind === step.kind &&', "before.step.kind === step.kind && step.kind !== 'redirect' &&"],
      ],
    },
    shows: ['person needed'],
    within: 20,
  },
  'the user is not called in a second round': {
    patches: {
      'edge/engine/delivery.js': [['!needsPerson(step) ||', '!needsPerson(step) || step.round?.number > 1 ||']],
    },
    shows: ['person needed'],
    within: 20,
  },
  'the company hears of a page that is not there': {
    patches: { 'edge/engine/delivery.js': [['...round, present }', '...round, present: true }']] },
    shows: ['person needed'],
    within: 40,
  },
  'an ending that is refused keeps back the later ones': {
    patches: {
      'edge/engine/delivery.js': [
        ['if (!isSettled) {', 'if (!delivered.includes(flow)) {'],
        ['return { delivered, late: flow }', 'return { delivered }'],
      ],
    },
    shows: ['not delivered'],
    within: 50,
  },
  'an edge waits for a company that hangs': {
    patches: { 'edge/engine/delivery.js': [['DELIVERY_TIMEOUT_MS = 30_000', 'DELIVERY_TIMEOUT_MS = 3_000_000']] },
    shows: ['waits too long'],
    first: 51,
    within: 10,
  },
  'a record of another format is taken for an empty one': {
    other: 'the next format',
    patches: { 'edge/records/records.js': [['return { version, otherFormat: record }', 'return { version }']] },
    shows: ['goes back'],
    within: 10,
  },
  'a start does not wait for the call of a flow in another format': {
    other: 'the next format',
    patches: { 'edge/engine/service.js': [['if (lease > 0)', 'if (lease > Infinity)']] },
    shows: ['lease ignored'],
    within: 10,
  },
  'another format is refused with another next action': {
    other: 'the next format',
    patches: { 'edge/records/records.js': [["next: 'start-over'", "next: 'retry-later'"]] },
    shows: ['server error'],
    within: 10,
  },
  'a start over another format loses the endings that were not delivered': {
    other: 'the next format',
    patches: {
      'edge/engine/service.js': [
        ['{ pendingEndings } = before ??', '{ pendingEndings } = (otherFormat ? undefined : before) ??'],
      ],
    },
    shows: ['not delivered'],
    first: 11,
    within: 10,
  },
  'token shared between sessions': {
    patches: {
      'flow/transport.js': [['`${slot} ${session}`', 'slot']],
      'edge/engine/turn.js': [['const known = this.#tokens[session]', 'const known = Object.values(this.#tokens)[0]']],
    },
    shows: ['vendor rule'],
    within: 50,
  },
}
