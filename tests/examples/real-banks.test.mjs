/** The two lines that each README says to replace for real banks. */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { simulator } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { startPostgres } from '../edge/postgres-server.mjs'
import { SLOW, converse, install, npmRun, npmStart, postgresEnv, startServer } from './setup.mjs'
import { connect, visit } from './visitor.mjs'

const read = (...path) => readFileSync(join(...path), 'utf8')
const example = (name) => fileURLToPath(new URL(`../../www/examples/${name}`, import.meta.url))
const STAND_IN = fileURLToPath(new URL('stand-in.mjs', import.meta.url))
const MARK = /^(\/\/ For (?:a real bank|real banks), replace these two lines\. See README\.md\.)\n(.*)\n(.*)$/m

/** The file of each example with the two lines. */
const FILES = {
  'express-postgres': 'bank.js',
  'hono-cloudflare': 'src/bank.js',
  'next-app': 'edge.js',
  'node-simulator': 'index.js',
  'plain-html': 'edge.js',
  'playwright-tests': 'server.js',
  'vite-react': 'edge.js',
}

const withoutValue = (line) => line.replace(/ = .*/, '')
const newLines = (name) => /```js\n(.*)\n(.*)\n```/.exec(read(example(name), 'README.md')).slice(1)

test('each README replaces the two lines that are marked', () => {
  for (const [name, file] of Object.entries(FILES)) {
    const [, , ...lines] = MARK.exec(read(example(name), file))
    assert.deepEqual(newLines(name).map(withoutValue), lines.map(withoutValue), name)
  }
})

test('the app of playwright-tests names no instance of Flinks: the lines that are replaced do', () => {
  assert.doesNotMatch(read(example('playwright-tests'), 'app.js'), /toolbox|43387ca6/)
})

test('the examples with a file edge.js share it', () => {
  const edges = Object.keys(FILES).filter((name) => existsSync(join(example(name), 'edge.js')))
  assert.equal(new Set(edges.map((name) => read(example(name), 'edge.js'))).size, 1)
})

/** Installs an example, and replaces its two lines. Nothing of the simulator is left in the file. */
async function installForRealBanks(name) {
  const folder = await install(name)
  const file = join(folder, FILES[name])
  const text = read(file)
    .replace(MARK, () => newLines(name).join('\n'))
    .replace(/^.*simulator.*\n/gm, '')
  writeFileSync(file, text)
  copyFileSync(STAND_IN, join(folder, 'stand-in.mjs'))
  return { folder, env: { NODE_OPTIONS: '--import=./stand-in.mjs' } }
}

for (const name of ['plain-html', 'playwright-tests']) {
  test(`${name} connects a bank without the simulator`, SLOW, async (t) => {
    const { folder, env } = await installForRealBanks(name)
    const { url } = await startServer(t, folder, { env })
    await connect(await visit(t, url))
  })
}

test('express-postgres connects a bank without the simulator, once the user has a connection', SLOW, async (t) => {
  const { folder, env } = await installForRealBanks('express-postgres')
  const database = await startPostgres()
  t.after(() => database.stop())
  const { url } = await startServer(t, folder, { env: { ...env, ...postgresEnv(database) } })
  const visitor = await visit(t, url)
  const pool = database.connect(1)
  assert.deepEqual((await pool.query('SELECT * FROM connections')).rows, [])
  const [{ value: user }] = await visitor.context.cookies()
  const loginId = simulator().loginId('text_or_call')
  await pool.query('INSERT INTO connections VALUES ($1, $2, $3)', [user, 'chequing', loginId])
  await connect(visitor)
})

test('node-simulator connects a bank without the simulator', SLOW, async (t) => {
  const { folder, env } = await installForRealBanks('node-simulator')
  const lines = [
    ['phone> ', '1'],
    ['channel> ', '1'],
    ['answer> ', '123456'],
  ]
  assert.equal(await converse(npmStart(t, folder, { env }), lines), 'Connected to FlinksCapital\n')
})

test('hono-cloudflare can be deployed without the simulator', SLOW, async () => {
  const { folder } = await installForRealBanks('hono-cloudflare')
  const file = join(folder, FILES['hono-cloudflare'])
  writeFileSync(file, `import { env } from 'cloudflare:workers'\nconst { instance, customerId } = env\n${read(file)}`)
  const output = await npmRun(folder, 'deploy', ['--dry-run', '--outdir', 'dist'])
  assert.match(output, /env\.FLOWS \(FlowObject\) +Durable Object/)
  // The simulator has a wasm of its own.
  const wasms = readdirSync(join(folder, 'dist')).filter((name) => name.endsWith('.wasm'))
  assert.equal(wasms.length, 1)
})
