/** A program that waits for a person at the simulator: Node exits, and the simulator says why. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const BEGIN = `
  import { flinks } from 'bank-mfa'
  import { simulator } from 'bank-mfa/simulator'
  const bank = simulator()
  const host = {
    instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb',
    fetch: bank.fetch, clock: bank.clock, authorizeToken: () => bank.token(),
  }
  const flow = flinks.authorize({ loginId: bank.loginId('text_or_call'), mostRecentCached: false }, host)
`

/** Runs a program in the folder that the package is installed in. */
function run(program) {
  return new Promise((resolve) => {
    const options = { cwd: app }
    const child = execFile(process.execPath, ['--input-type=module', '--eval', program], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

test('a program that does not answer a challenge is told what the flow waits for, once', async () => {
  const { code, stderr } = await run(`${BEGIN} simulator(); await flow.result()`)
  assert.equal(code, 13)
  assert.equal(stderr.match(/a flow still waits for its user/g)?.length, 1)
})

test('a program whose flows have ended is told nothing', async () => {
  const { code, stderr } = await run(
    `${BEGIN} for await (const step of flow) if (step.kind === 'challenge') flow.cancel()`,
  )
  assert.deepEqual([code, stderr], [0, ''])
})
