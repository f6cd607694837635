/** jest and vitest, set up as the guide says. They run in Node 24, as vitest does not run in Node 20. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { serveBank } from './bank.mjs'
import { row } from './matrix.mjs'
import { workspace } from './workspace.mjs'

const execute = promisify(execFile)
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const node = here(`node_modules/node-24-${process.platform}-${process.arch}/bin/node`)
const guide = readFileSync(here('../../www/docs/troubleshooting.md'), 'utf8')

/** The code of the guide below a line that ends in "this is `name`:". */
const fileOfGuide = (name) => new RegExp(`his is \`${name}\`:\n+\`\`\`js\n([^]*?)\`\`\``).exec(guide)[1]

const ALL = ['flinks', 'mx', 'both', 'remote', 'edge']
const JEST = ['node_modules/jest/bin/jest.js', '--json', '--outputFile=results.json']
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--outputFile=results.json']
const MODULES = { NODE_OPTIONS: '--experimental-vm-modules' }
const BABEL = ['babel-jest', '@babel/core', '@babel/preset-env']

const RUNNERS = {
  jest: { runner: 'jest', args: JEST, env: MODULES, columns: ALL },
  'jest, jsdom': {
    ...{ runner: 'jest', args: JEST, env: MODULES, columns: ['flinks', 'mx', 'both'] },
    packages: ['jest-environment-jsdom'],
    files: {
      'jest.setup.mjs': fileOfGuide('jest.setup.mjs'),
      'jest.config.mjs': "export default { testEnvironment: 'jsdom', setupFiles: ['./jest.setup.mjs'] }",
    },
  },
  'jest, CommonJS': {
    ...{ runner: 'jest', args: JEST, columns: ALL, packages: BABEL },
    files: { 'jest.config.mjs': fileOfGuide('jest.config.mjs'), 'package.json': '{}' },
  },
  vitest: { runner: 'vitest', args: [...VITEST, '--globals'], columns: ALL },
  'vitest, jsdom': {
    ...{ runner: 'vitest', args: [...VITEST, '--globals', '--environment=jsdom'], columns: ALL, packages: ['jsdom'] },
  },
}

for (const [name, { runner, args, env, columns, packages = [], files = {} }] of Object.entries(RUNNERS)) {
  const version = () => JSON.parse(readFileSync(here(`node_modules/${runner}/package.json`), 'utf8')).version
  const cell = row(name, version)

  /** Runs all tests. Returns their results by name. */
  let results
  async function run() {
    const { address, check } = await serveBank()
    const folder = workspace(name.replace(', ', '-'), [runner, ...packages])
    cpSync(join(folder, 'flows.mjs'), join(folder, 'flows.js'))
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
    const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME, BANK: address, ...env } }
    const output = await execute(node, args, options).catch(({ stdout, stderr }) => `${stdout}${stderr}`)
    check()
    const { testResults } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
    if (tests.length === 0) throw new Error(`no test ran: ${testResults[0]?.message || JSON.stringify(output)}`)
    return Object.fromEntries(tests.map((one) => [one.title, [one.status, ...(one.failureMessages ?? [])]]))
  }
  for (const column of columns)
    cell(column, async () => assert.deepEqual((await (results ??= run()))[column], ['passed']))
}
