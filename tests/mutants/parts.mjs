/**
 * The parts of the package's TypeScript, with the test files that must notice a mutant, the quickest first. The first part
 * that fits a path counts. A folder is without the parts in it that stand before it.
 */
export const PARTS = {
  'edge/records/seal.ts': ['edge/seal', 'edge/record-format'],
  'edge/records/records.ts': ['edge/record-format', 'edge/delivery', 'upgrade/upgrade', 'edge/at-most-once'],
  'edge/records/postgres.ts': ['edge/postgres'],
  'edge/records': [
    'edge/seal',
    'edge/sweep',
    'edge/waiting',
    'edge/record-format',
    'edge/delivery',
    'upgrade/upgrade',
    'edge/at-most-once',
    'edge/routes',
  ],
  'edge/engine/turn.ts': [
    'edge/pre-check',
    'edge/iframe-address',
    'edge/delivery',
    'edge/refused-endings',
    'edge/record-format',
    'edge/watch',
    'edge/windows',
    'edge/at-most-once',
    'upgrade/upgrade',
    'edge/routes',
    'edge/credentials',
    'edge/new-session',
    'edge/data',
    'edge/trace',
  ],
  'edge/engine': [
    'edge/pre-check',
    'edge/readings',
    'edge/waiting',
    'edge/iframe-address',
    'edge/delivery',
    'edge/refused-endings',
    'edge/processes',
    'edge/sweep',
    'edge/durable-objects',
    'edge/record-format',
    'edge/watch',
    'edge/windows',
    'edge/at-most-once',
    'edge/webhooks',
    'upgrade/upgrade',
    'edge/routes',
    'edge/credentials',
    'edge/new-session',
    'edge/mx-creation',
    'edge/data',
  ],
  'edge/http': [
    'edge/reply-headers',
    'edge/webhook-body',
    'edge/request-parts',
    'edge/request-body',
    'edge/event-stream',
    'edge/routes',
    'edge/webhooks',
    'edge/node-handler',
    'edge/developer-errors',
    'edge/delivery',
    'edge/windows',
    'edge/new-session',
    'edge/data',
  ],
  'edge/vendors': [
    'edge/data-calls',
    'upgrade/upgrade',
    'edge/data',
    'edge/windows',
    'edge/credentials',
    'edge/developer-errors',
    'edge/webhooks',
    'edge/new-session',
    'edge/mx-creation',
    'edge/at-most-once',
  ],
  // Node cannot give a mutant to workerd, in which the other tests of Durable Objects run.
  'edge/durable.ts': ['edge/durable-objects', 'upgrade/upgrade'],
  edge: [
    'edge/routes',
    'edge/developer-errors',
    'edge/delivery',
    'edge/sweep',
    'edge/seal',
    'edge/record-format',
    'edge/webhooks',
    'edge/watch',
    'edge/windows',
    'edge/at-most-once',
    'edge/credentials',
    'edge/new-session',
    'edge/data-calls',
    'edge/data',
    'edge/node-handler',
    'edge/trace',
    'upgrade/upgrade',
  ],
  'flow/recorder.ts': ['package/trace-clock', 'package/trace-hostile', 'package/trace', 'edge/trace'],
  'flow/mx.ts': ['package/mx-input', 'package/mx-snapshot', 'package/mx'],
  flow: [
    'package/store',
    'package/tokens',
    'package/host-errors',
    'package/driver',
    'package/mx-watch',
    'package/answers',
    'package/cancel',
    'package/fetch',
    'package/snapshot',
    'package/input',
    'package/connect-landing',
    'package/trace-clock',
    'package/trace-hostile',
    'package/reconnect',
    'package/mid-session',
    'package/rounds',
    'package/replies',
    'package/credentials',
    'package/new-session',
    'package/mx-input',
    'package/mx-snapshot',
    'package/mx-oauth',
    'package/mx-rounds',
    'package/page',
    'package/mx-widget',
    'package/trace',
    'package/trace-actions',
    'package/calls',
    'edge/windows',
  ],
}

/** Files that have a test for each of many simulated people: the first of them must do. */
export const SAMPLED = ['edge/trace', 'package/mx', 'package/trace']

const ROOT = 'pkg-template/src/'

/** Of a path such as `pkg-template/src/edge/records/seal.ts`: the part that has it, its tests, and what to mutate. */
export function partOf(path) {
  const inner = path.replace(/\/$/, '').replace(ROOT, '')
  const names = Object.keys(PARTS)
  const name = names.find((part) => inner === part || inner.startsWith(`${part}/`))
  if (name === undefined) throw new Error(`PART must begin with one of: ${names.map((part) => ROOT + part)}`)
  const pattern = (path) => (path.endsWith('.ts') ? `src/${path}` : `src/${path}/**/*.ts`)
  const others = names.slice(0, names.indexOf(name)).filter((part) => part.startsWith(`${inner}/`))
  return { name, tests: PARTS[name], mutate: [pattern(inner), ...others.map((part) => `!${pattern(part)}`)] }
}
