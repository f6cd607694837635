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

/** Below 0 if the version `one` comes before `other`, above 0 if after. */
export function compareVersions(one, other) {
  const [parts, others] = [one, other].map((version) => version.split('.').map(Number))
  return parts.reduce((order, part, index) => order || part - others[index], 0)
}

/** The recorded releases, the oldest first. */
export const releaseVersions = () =>
  existsSync(releases)
    ? readdirSync(releases)
        .map((name) => name.replace(/\.json$/, ''))
        .sort(compareVersions)
    : []

/** The last release, `{ version, date, surface, lines, sizes }`, or `null`. `lines` are the hashes of its section. */
export function lastRelease() {
  const newest = releaseVersions().at(-1)
  return newest === undefined ? null : readJson(join(releases, `${newest}.json`))
}

export function writeRelease(release) {
  mkdirSync(releases, { recursive: true })
  writeFileSync(join(releases, `${release.version}.json`), json(release))
}
