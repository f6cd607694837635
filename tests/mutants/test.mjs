/** Runs the tests of a part on the app in the working directory, file by file, until one fails. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { partOf } from './parts.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const env = { ...process.env, BANK_MFA_APP: join(process.cwd(), 'app'), TEST_LIMIT_MS: '20000' }

for (const name of partOf(process.env.PART).tests) {
  const args = ['--disable-warning=ExperimentalWarning', '--test-force-exit', '--test', `tests/${name}.test.mjs`]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
  if (status === 0) continue
  console.log(stdout.match(/^not ok .*$/m)?.[0] ?? stdout.slice(-2_000))
  process.exit(1)
}
