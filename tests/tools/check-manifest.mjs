/**
 * Fails if the assembled package has another version than the crate, or if its package.json names a missing file:
 * `node tests/tools/check-manifest.mjs <folder> <version>`.
 */
import { existsSync, readFileSync } from 'node:fs'

const [folder, version] = process.argv.slice(2)
const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))

const paths = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(paths))
const named = [manifest.exports, manifest.sideEffects, manifest.files].flatMap(paths)
const faults = named.filter((path) => !existsSync(`${folder}/${path}`)).map((path) => `${path} is missing`)
if (manifest.version !== version) {
  faults.push(`version ${manifest.version} differs from Cargo.toml's ${version}`)
}

for (const fault of faults) console.error(`pkg-template/package.json: ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1
