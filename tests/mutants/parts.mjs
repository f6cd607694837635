/**
 * The parts of the package's TypeScript, with the test files that must notice a mutant, the quickest first. The first part
 * that fits a path counts.
 */
export const PARTS = {
  'edge/records/seal.ts': ['edge/seal', 'edge/record-format'],
  'edge/records/records.ts': ['edge/record-format', 'edge/delivery', 'upgrade/upgrade', 'edge/at-most-once'],
  'edge/records': [
    'edge/seal',
    'edge/record-format',
    'edge/delivery',
    'upgrade/upgrade',
    'edge/at-most-once',
    'edge/routes',
    'edge/postgres',
  ],
  'edge/engine': [
    'edge/delivery',
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
  'edge/http': ['edge/routes', 'edge/webhooks', 'edge/node-handler', 'edge/developer-errors', 'edge/delivery'],
  'edge/vendors': ['upgrade/upgrade', 'edge/data', 'edge/windows', 'edge/credentials', 'edge/developer-errors'],
  'edge/durable.ts': ['upgrade/upgrade', 'edge/durable'],
  'edge/data.ts': ['edge/data'],
  'edge/problem.ts': ['edge/routes', 'edge/developer-errors', 'edge/delivery'],
  'edge/json.ts': ['edge/seal', 'edge/webhooks', 'edge/data', 'edge/windows', 'edge/routes'],
  'edge/resolve.ts': ['edge/developer-errors', 'edge/routes', 'edge/webhooks'],
  edge: [
    'edge/routes',
    'edge/developer-errors',
    'edge/delivery',
    'edge/seal',
    'edge/record-format',
    'edge/webhooks',
    'edge/watch',
    'edge/windows',
    'edge/at-most-once',
    'edge/credentials',
    'edge/new-session',
    'edge/data',
    'edge/trace',
    'edge/node-handler',
    'upgrade/upgrade',
    'edge/postgres',
    'edge/durable',
  ],
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
    'package/trace',
    'package/mx',
  ],
}

const ROOT = 'pkg-template/src/'

/** Of a path such as `pkg-template/src/edge/records/seal.ts`: the part that has it, its tests, and what to mutate. */
export function partOf(path) {
  const inner = path.replace(/\/$/, '').replace(ROOT, '')
  const name = Object.keys(PARTS).find((part) => inner === part || inner.startsWith(`${part}/`))
  if (name === undefined)
    throw new Error(`PART must begin with one of: ${Object.keys(PARTS).map((part) => ROOT + part)}`)
  return { name, tests: PARTS[name], mutate: inner.endsWith('.ts') ? `src/${inner}` : `src/${inner}/**/*.ts` }
}
