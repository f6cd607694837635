/** If a wait, a test or the loading of a file hangs, or a test leaks a secret, the run fails with its name. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from './test.mjs'
import { until } from './until.mjs'

const RUN_IN_ONE_PROCESS = fileURLToPath(new URL('../tools/run-in-one-process.mjs', import.meta.url))
const TEST = new URL('test.mjs', import.meta.url)
const HANG = 'new Promise(() => setInterval(() => {}, 1000))'

/** Runs test files, given by name and text, with a limit of 1000 ms on each test; returns exit code and output. */
async function run(t, files) {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-limits-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const args = ['--test-force-exit', '--test-reporter=tap', RUN_IN_ONE_PROCESS, ...Object.keys(files)]
  // A child that inherits NODE_TEST_CONTEXT reports to the runner above it.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, TEST_LIMIT_MS: '1000' }
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = new Promise((resolve) => child.once('exit', resolve))
  const output = (await child.stdout.setEncoding('utf8').toArray()).join('')
  return { code: await exit, output }
}

test('until returns the first truthy value of a condition, which may be async', async () => {
  let turns = 0
  assert.equal(await until(() => (turns += 1) > 3 && 'value', 'four turns'), 'value')
  assert.equal(await until(async () => turns, 'a turn'), 4)
})

test('until throws after its limit, with the name of the condition', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  await assert.rejects(
    until(() => false, 'the bank answers', { limitMs: 20 }),
    /20 ms: the bank answers/,
  )
})

for (const [name, hang] of [
  ['a timer', HANG],
  ['nothing', 'new Promise(() => {})'],
])
  test(`a test that hangs on ${name} fails with its name, and later tests run`, async (t) => {
    const { code, output } = await run(t, {
      'hang.mjs': `import test from '${TEST}'\ntest('a planted hang', () => ${hang})\ntest('the next one', () => {})`,
      'other.mjs': `import test from '${TEST}'\ntest('in another file', () => {})`,
    })
    assert.equal(code, 1)
    assert.match(output, /^not ok \d+ - a planted hang$/m)
    assert.match(output, /timed out after 1000ms/)
    for (const name of ['the next one', 'in another file']) assert.match(output, new RegExp(`^ok \\d+ - ${name}$`, 'm'))
  })

test('a file that does not load fails with its name, and the tests of other files run', async (t) => {
  const { code, output } = await run(t, {
    'stuck.mjs': `await ${HANG}`,
    'other.mjs': `import test from '${TEST}'\ntest('in another file', () => {})`,
  })
  assert.equal(code, 1)
  assert.match(output, /timeout after 1000 ms: stuck\.mjs does not load/)
  assert.match(output, /^ok \d+ - in another file$/m)
})

test('a secret that a test leaks fails it with the place, also after its end, and not the next test', async (t) => {
  const canary = new URL('canary.mjs', import.meta.url)
  const [leak, secret] = ["see('trace', 'hunter2')", "mark('token', 'hunter2')"]
  const { code, output } = await run(t, {
    'leak.mjs': `import test from '${TEST}'
      import { mark, see } from '${canary}'
      test('a planted leak', () => { ${secret}; ${leak} })
      test('a leak at its end', (t) => { ${secret}; t.after(() => ${leak}) })
      test('a secret alone', () => { ${secret} })
      test('its text alone', () => { ${leak} })`,
  })
  assert.equal(code, 1)
  assert.match(output, /token in trace: hunter2/)
  for (const name of ['a planted leak', 'a leak at its end'])
    assert.match(output, new RegExp(`^not ok \\d+ - ${name}$`, 'm'))
  for (const name of ['a secret alone', 'its text alone']) assert.match(output, new RegExp(`^ok \\d+ - ${name}$`, 'm'))
})

test('tests that run side by side keep what each of them knows', async (t) => {
  const canary = new URL('canary.mjs', import.meta.url)
  const { code, output } = await run(t, {
    'side.mjs': `import { EventEmitter, once } from 'node:events'
      import test, { describe } from '${TEST}'
      import { mark, see } from '${canary}'
      const steps = new EventEmitter()
      describe('two', { concurrency: 2 }, () => {
        test('the first', async () => {
          mark('token', 'hunter2')
          const marked = once(steps, 'second')
          await marked
          see('trace', 'hunter2')
        })
        test('the second', async () => void steps.emit('second'))
      })
      test('the next one', () => see('trace', 'hunter2'))`,
  })
  assert.equal(code, 1)
  assert.match(output, /^ *not ok \d+ - the first$/m)
  assert.match(output, /^ok \d+ - the next one$/m)
})
