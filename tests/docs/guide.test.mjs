/** Every code block of the guide and of the READMEs compiles, and those that a reader can run do what the page says. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from '../lib/test.mjs'
import { markdownFiles } from '../../www/docs/pages.mjs'
import { readBlocks, scriptsOf } from './blocks.mjs'
import { check } from './check.mjs'
import { compile, createWorkspace, run } from './workspace.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const READMES = ['README.md', 'CONTRIBUTING.md', 'pkg-template/README.md', 'pkg-template/worker/README.md']
const examples = readdirSync(join(root, 'www/examples'), { recursive: true })
  .filter((path) => path.endsWith('README.md') && !path.includes('node_modules'))
  .map((path) => `www/examples/${path}`)
const files = [...READMES, ...examples, ...markdownFiles().map((path) => `www/docs/${path}`)]

const blocks = files.flatMap((file) => readBlocks(file, readFileSync(join(root, file), 'utf8')))
const scripts = blocks.flatMap(scriptsOf)
const folder = createWorkspace('docs-blocks')

test('every code block of the guide compiles', async () => {
  assert.ok(scripts.length > 30)
  assert.deepEqual(await compile(folder, scripts), [])
})

test('every command, JSON and YAML of the guide is right', () => {
  assert.deepEqual(blocks.flatMap(check), [])
})

test('each command that makes a secret and passes it on also shows it, so that a reader can keep it', () => {
  const commands = blocks
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => /openssl rand.*secret put/.test(line))
  assert.ok(commands.length >= 4)
  for (const command of commands) assert.match(command, /\| tee \/dev\/stderr \|/)
})

for (const [index, block] of blocks.filter(({ run }) => run).entries()) {
  test(`the example at ${block.file}:${block.line} runs as printed`, async () => {
    const output = await run(folder, block, `example-${index}`)
    if (block.expected !== undefined) assert.equal(output, block.expected)
  })
}

test('the first example of the guide and that of the README run', () => {
  const running = blocks.filter(({ run, expected }) => run && expected).map(({ file }) => file)
  for (const file of ['pkg-template/README.md', 'www/docs/getting-started.md']) assert.ok(running.includes(file), file)
})
