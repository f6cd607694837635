/** What cargo-deny says of the crates: their licences, versions and sources by `deny.toml`, and known vulnerabilities. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const run = (root, deny, ...args) =>
  spawnSync(deny, ['--config', join(root, 'tests/release/deny.toml'), ...args], { cwd: root, encoding: 'utf8' })

/** The lines that say what was found. */
const errors = (stderr) => [...stderr.matchAll(/^error(?:\[[\w-]+\])?: .+$/gm)].map(([line]) => line)

export function licencesAndSources({ root, tools }) {
  const { status, stderr, stdout } = run(root, tools.deny, 'check', 'licenses', 'bans', 'sources')
  if (status === 0) return { ok: true, says: stdout.trim() || stderr.trim().split('\n').at(-1) }
  return { ok: false, says: [...new Set(errors(stderr))].join('; ') || stderr.trim() }
}

/** RustSec's database is fetched with git. `CARGO_HOME` may have one from an earlier run, which is out of date. */
export function crateAdvisories({ root, tools }) {
  const fetched = run(root, tools.deny, 'fetch', 'db')
  if (fetched.status !== 0) {
    const why = fetched.stderr.trim().split('\n').at(-1)
    return { ok: null, says: `the database of RustSec cannot be fetched: ${why}` }
  }
  const { status, stderr } = run(root, tools.deny, '--offline', 'check', 'advisories')
  return status === 0
    ? { ok: true, says: 'no crate has one' }
    : { ok: false, says: errors(stderr).join('; ') || stderr }
}
