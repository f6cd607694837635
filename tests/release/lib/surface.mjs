/** What a release promises to its users, part by part: a part that changes needs a line in the changelog. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16)
const read = (...path) => readFileSync(join(...path), 'utf8')

/** The versions of all that is stored: where each stands in the sources. */
const FORMATS = {
  'snapshot, written': ['src/flow/snapshot.rs', /^const VERSION: u64 = (\d+);$/m],
  'snapshot, oldest read': ['src/flow/snapshot.rs', /^const OLDEST_VERSION: u64 = (\d+);$/m],
  'edge record': ['pkg-template/src/edge/records/flow-record.ts', /^export const FORMAT = (\d+)$/m],
  'sealed text': ['pkg-template/src/edge/records/seal.ts', /^const FORMAT = '(\w+)'$/m],
}

export function formats(root) {
  return Object.fromEntries(
    Object.entries(FORMATS).map(([name, [file, pattern]]) => {
      const found = pattern.exec(read(root, file))
      if (!found) throw new Error(`${file} does not say the format of the ${name}`)
      return [name, found[1]]
    }),
  )
}

/** The parts of the manifest that an installation or an import can meet. */
const MANIFEST = ['exports', 'bin', 'type', 'engines', 'peerDependencies', 'dependencies', 'sideEffects', 'license']

/** The surface of the package in `folder`, built from the sources in `root`; `reports` are those of its entries. */
export async function surfaceOf(root, folder, reports) {
  const manifest = JSON.parse(read(folder, 'package.json'))
  const { postgresTable } = await import(pathToFileURL(join(folder, 'dist/entries/edge.js')))
  return {
    ...Object.fromEntries(Object.entries(reports).map(([name, report]) => [`types of ${name}`, hash(report)])),
    'package.json': hash(JSON.stringify(MANIFEST.map((key) => [key, manifest[key]]))),
    'openapi.json': hash(JSON.stringify(JSON.parse(read(folder, 'openapi.json')))),
    'table in PostgreSQL': hash(postgresTable),
    ...Object.fromEntries(Object.entries(formats(root)).map(([name, version]) => [`format of ${name}`, version])),
  }
}

/** The names of the parts that differ. */
export function differences(one, other) {
  const names = new Set([one, other].flatMap(Object.keys))
  return [...names].filter((name) => one[name] !== other[name]).sort()
}
