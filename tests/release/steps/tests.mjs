/** The tests that speak of a release: the tarball's files and entries, its types in TypeScript's eyes, licences, API. */
import { spawnSync } from 'node:child_process'

export function tests({ root, app, tarball }) {
  const files = ['package/packaging', 'package/publint', 'release/api', 'release/third-party', 'release/steps']
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--test', '--test-reporter=tap', ...files.map((name) => `tests/${name}.test.mjs`)],
    { cwd: root, encoding: 'utf8', env: { ...process.env, BANK_MFA_APP: app, BANK_MFA_TARBALL: tarball } },
  )
  const failed = [...stdout.matchAll(/^not ok \d+ - (.+)$/gm)].map(([, name]) => name)
  const [, passed = '0'] = /^# pass (\d+)$/m.exec(stdout) ?? []
  const ok = status === 0 && Number(passed) > 0
  return { ok, says: ok ? `${passed} passed` : `failed: ${failed.join('; ') || stdout.slice(-500)}` }
}
