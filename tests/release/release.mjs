/**
 * `make release`: checks what is released beside the tests of `make test`, and prints a table. A check that could not be
 * made fails as well, unless it needs a network and ALLOW_UNCHECKED names it. `make release RECORD=1` also records the
 * release, if no check is left out.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineHashes, newestSection } from './lib/changelog.mjs'
import { changelog, pkg, readRecord, root, writeRelease } from './lib/record.mjs'
import { allowedIn, asksToRecord, namesIn, tableOf, verdictOf } from './lib/table.mjs'
import { crateAdvisories, licencesAndSources } from './steps/crates.mjs'
import { changes, measureSizes, sizes } from './steps/last-release.mjs'
import { npmAdvisories } from './steps/npm-advisories.mjs'
import { reproducible } from './steps/reproducible.mjs'
import { sbom } from './steps/sbom.mjs'
import { tests } from './steps/tests.mjs'

/** Each returns `{ ok, says }`; `ok` is `null` if it could not check. The longest is last. */
const STEPS = {
  tests,
  changes,
  sizes,
  licences: licencesAndSources,
  'crate-advisories': crateAdvisories,
  'npm-advisories': npmAdvisories,
  sbom,
  builds: reproducible,
}

const { version } = JSON.parse(readFileSync(join(pkg, 'package.json'), 'utf8'))
const context = {
  ...{ root, pkg, version },
  app: join(root, 'target/app'),
  tarball: join(root, `target/bank-mfa-${version}.tgz`),
  report: join(root, 'target/release-report'),
  tools: { deny: process.env.CARGO_DENY, cyclonedx: process.env.CARGO_CYCLONEDX },
}

const { STEPS: steps, ALLOW_UNCHECKED, RECORD } = process.env
const chosen = steps ? namesIn('STEPS', steps, Object.keys(STEPS)) : Object.keys(STEPS)
const allowed = allowedIn(ALLOW_UNCHECKED)
const record = asksToRecord(RECORD)
const rows = []
for (const [name, step] of Object.entries(STEPS)) {
  if (!chosen.includes(name)) {
    rows.push({ name, ok: null, leftOut: true, says: 'left out by STEPS' })
    continue
  }
  console.error(`${name} …`)
  const { ok, says } = await Promise.resolve(step(context)).catch((error) => ({ ok: false, says: error.message }))
  rows.push({ name, ok, says })
}

const table = tableOf(rows)
const { code, says } = verdictOf(rows, allowed)
mkdirSync(context.report, { recursive: true })
writeFileSync(join(context.report, 'summary.txt'), `${table}\n${says}\n`)
console.log(`\nbank-mfa ${version}\n${table}\n${says}`)
process.exitCode = code

if (record && code === 0) {
  const { date, lines } = newestSection(changelog())
  if (date === null) throw new Error(`to record ${version}, give its section in CHANGELOG.md a date`)
  const sizes = await measureSizes(context)
  writeRelease({ version, date, surface: readRecord().surface, lines: lineHashes(lines), sizes })
  console.log(`recorded in tests/release/releases/${version}.json`)
}
