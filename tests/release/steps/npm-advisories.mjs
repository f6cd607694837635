/**
 * What `npm audit` says of the npm packages that build and test this one. The package itself has no dependencies, so
 * none of them reaches its users: a vulnerability is reported, and fails from the severity `high` on.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'

/** Each folder with a lock file. */
export const lockedFolders = (root) =>
  execFileSync('git', ['ls-files', '*package-lock.json'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((file) => dirname(file))

/** The counts of one lock file by severity, or why there are none. */
export function readAudit(folder, output) {
  let report
  try {
    report = JSON.parse(output)
  } catch {
    return { folder, unchecked: 'npm audit printed no JSON' }
  }
  const counts = report.metadata?.vulnerabilities
  return counts ? { folder, counts } : { folder, unchecked: report.message ?? report.error?.summary ?? 'no result' }
}

export function judgeAudits(audits) {
  const unchecked = audits.filter((audit) => audit.unchecked)
  const found = audits.flatMap(({ folder, counts = {} }) =>
    ['critical', 'high', 'moderate', 'low']
      .filter((severity) => counts[severity] > 0)
      .map((severity) => ({
        severity,
        text: `${folder}: ${counts[severity]} ${severity}`,
      })),
  )
  const reasons = new Map()
  for (const { folder, unchecked: reason } of unchecked) reasons.set(reason, [...(reasons.get(reason) ?? []), folder])
  const says = [
    ...found.map(({ text }) => text),
    ...[...reasons].map(([reason, folders]) => `${folders.join(', ')}: ${reason}`),
  ]
  if (found.some(({ severity }) => severity === 'critical' || severity === 'high'))
    return { ok: false, says: says.join('; ') }
  if (unchecked.length > 0) return { ok: null, says: says.join('; ') }
  return { ok: true, says: says.join('; ') || 'no package has one' }
}

export function npmAdvisories({ root }) {
  const audit = (folder) => {
    const args = ['audit', '--json', '--package-lock-only']
    return readAudit(folder, spawnSync('npm', args, { cwd: join(root, folder), encoding: 'utf8' }).stdout)
  }
  return judgeAudits(lockedFolders(root).map(audit))
}
