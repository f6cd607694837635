/** The files in which the surface is recorded. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const pkg = join(root, 'target/pkg')
const folder = join(root, 'tests/release')
const file = join(folder, 'surface.json')

const json = (value) => `${JSON.stringify(value, null, 2)}\n`
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

export const changelog = () => readFileSync(join(root, 'CHANGELOG.md'), 'utf8')

/** `{ surface, version, lines }`: the surface, and the changelog's newest section with the hashes of its lines. */
export const readRecord = () => (existsSync(file) ? readJson(file) : { surface: {}, version: null, lines: [] })

export const readReport = (name) => {
  const path = join(folder, 'api', `${name}.api.md`)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

export const reportNames = () => readdirSync(join(folder, 'api')).map((name) => name.replace(/\.api\.md$/, ''))

export function writeRecord(record, reports) {
  rmSync(join(folder, 'api'), { recursive: true, force: true })
  mkdirSync(join(folder, 'api'))
  for (const [name, report] of Object.entries(reports)) writeFileSync(join(folder, 'api', `${name}.api.md`), report)
  writeFileSync(file, json(record))
}

const releases = join(folder, 'releases')

/** The last release, `{ version, surface, sizes, tarball }`, or `null`. */
export function lastRelease() {
  if (!existsSync(releases)) return null
  const parts = (name) => name.split('.').slice(0, 3).map(Number)
  const byVersion = (one, other) => parts(one).reduce((order, part, index) => order || part - parts(other)[index], 0)
  const newest = readdirSync(releases).sort(byVersion).at(-1)
  return newest === undefined ? null : readJson(join(releases, newest))
}

export function writeRelease(release) {
  mkdirSync(releases, { recursive: true })
  writeFileSync(join(releases, `${release.version}.json`), json(release))
}
