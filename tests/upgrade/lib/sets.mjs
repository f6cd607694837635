/**
 * The sets of fixtures, one for each release. Before the first one there are development builds: `dev-` and the commit.
 * They are no release, and may be deleted once a format that they have is no longer read. The set of a release stays.
 * `hashes.json` lists the sets in the order in which their builds were made.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const folder = fileURLToPath(new URL('../sets', import.meta.url))
const hashes = fileURLToPath(new URL('../hashes.json', import.meta.url))

/** `{ set, sha256 }` of each, the oldest first. */
export const setHashes = () => JSON.parse(readFileSync(hashes, 'utf8'))
export const setNames = () => setHashes().map(({ set }) => set)
export const setFiles = () => readdirSync(folder)
const path = (name) => join(folder, name)

export const hashOf = (name) =>
  createHash('sha256')
    .update(readFileSync(path(name)))
    .digest('hex')

/** `{ wrote, table, flows }`: the formats, the SQL of the table, and the recorded flows. */
export const readSet = (name) => JSON.parse(readFileSync(path(name), 'utf8'))

/** The newest of `sets`, which are in order, that this release `reads`. */
export function newestRead(sets, reads) {
  const newest = sets.findLast(({ wrote }) => reads(wrote))
  if (newest === undefined)
    throw new Error('this release reads no set: write one with `make fixtures SET=dev-<commit>`')
  return newest
}

/** The sets that recorded releases must have, and lack. */
export const missingSets = (versions, names) =>
  versions.map((version) => `${version}.json`).filter((name) => !names.includes(name))

/** A flow a line. */
export function writeSet(name, { flows, ...head }) {
  if (existsSync(path(name))) throw new Error(`${name} exists. A set never changes`)
  mkdirSync(folder, { recursive: true })
  const lines = flows.map((flow) => JSON.stringify(flow)).join(',\n')
  writeFileSync(path(name), `${JSON.stringify(head).slice(0, -1)},"flows":[\n${lines}\n]}\n`)
  const all = [...(existsSync(hashes) ? setHashes() : []), { set: name, sha256: hashOf(name) }]
  writeFileSync(hashes, `${JSON.stringify(all, null, 2)}\n`)
}
