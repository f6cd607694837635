/** A wrong block in the guide fails a test, with its place. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { readBlocks, scriptsOf } from './blocks.mjs'
import { check } from './check.mjs'
import { compile, createWorkspace, run } from './workspace.mjs'

const fence = (language, text) => `\`\`\`${language}\n${text}\n\`\`\`\n`
const only = (markdown) => readBlocks('x.md', markdown)[0]

const workspace = () => createWorkspace('docs-blocks-test')

test('a block knows its line, its given declarations and its expected output', () => {
  const markdown = [
    '# Title\n\n<!-- given:\ndeclare const id: string\n-->\n',
    fence('ts', 'id'),
    '\n<!-- run -->\n',
    fence('js', 'console.log(1)'),
    '\nRun it:\n\n',
    fence('sh', 'node x.mjs'),
    '\n',
    fence('text', '1'),
    fence('text', 'not an output'),
  ].join('')
  const [typed, running] = readBlocks('x.md', markdown)
  assert.deepEqual(
    [typed.line, typed.given, typed.text, running.run, running.expected],
    [7, 'declare const id: string', 'id\n', true, '1\n'],
  )
})

for (const [what, markdown, expected] of [
  ['an unknown language', fence('typescript', ''), /x.md:1: the language of a block cannot be "typescript"/],
  ['no language', fence('', ''), /cannot be ""/],
  ['an unknown comment above it', `<!-- runs -->\n${fence('js', '')}`, /x.md:1: a comment must be/],
  ['text between it and its comment', `<!-- run -->\n\ntext\n\n${fence('js', '')}`, /x.md:3: expected a block after/],
  ['declarations, but runs', `<!-- given: let x -->\n<!-- run -->\n${fence('js', '')}`, /x.md:3: .* cannot be given/],
  ['declarations, but is text', `<!-- given: let x -->\n${fence('text', '')}`, /x.md:2: only ts, tsx and js/],
]) {
  test(`a block with ${what} is refused`, () => {
    assert.throws(() => readBlocks('x.md', markdown), expected)
  })
}

test('a block that does not compile is reported with the line of the Markdown', async () => {
  const wrong = (language, text, given) => ({ file: 'x.md', line: 10, language, text, given: given ?? '' })
  const blocks = [
    wrong('ts', "import { flinks } from 'bank-mfa'\nflinks.authorise()"),
    wrong('ts', 'export const length = (text) => text.length'),
    wrong('ts', 'first\nsecond', 'declare const first: 1\ndeclare const third: 1'),
    wrong('tsx', "import { useFlow } from 'bank-mfa/react'\nexport const A = () => <p>{useFlow(1)}</p>"),
    wrong('js', "import { edge } from 'bank-mfa/edge'\nedge({}).swept"),
    ...scriptsOf(wrong('html', '<p>\n<script type="module">\nimport "bank-mfa/nowhere"\n</script>')),
  ]
  const errors = await compile(workspace(), blocks)
  const expected = [
    /^x.md:11: TS2551.*authorise/,
    /^x.md:10: TS7006.*text/,
    /^x.md:11: TS2304.*second/,
    /^x.md:11: TS2345/,
    /^x.md:11: TS(2339|2345|2740).*/,
    /^x.md:12: TS2(882|307).*bank-mfa\/nowhere/,
  ]
  for (const pattern of expected)
    assert.ok(
      errors.some((error) => pattern.test(error)),
      `${pattern}: ${errors.join('\n')}`,
    )
})

test('correct blocks compile', async () => {
  const block = (language, text, given) => ({ file: 'x.md', line: 1, language, text, given: given ?? '' })
  const blocks = [
    block(
      'ts',
      'const flow = flinks.authorize({ loginId }, host)\nawait flow.result()',
      'import { flinks, type FlinksHost } from "bank-mfa"\ndeclare const host: FlinksHost, loginId: string',
    ),
    block('tsx', "import { useFlow } from 'bank-mfa/react'\nexport const A = () => <p>{useFlow(null)?.kind}</p>"),
    block('js', 'export const length = (text) => text.length'),
  ]
  assert.deepEqual(await compile(workspace(), blocks), [])
})

test('a block that throws fails, and one that prints returns its output', async () => {
  const folder = workspace()
  assert.equal(await run(folder, { language: 'ts', text: 'const a: number = 1\nconsole.log(a)' }, 'prints'), '1\n')
  await assert.rejects(run(folder, { language: 'js', text: "throw new Error('no bank')" }, 'throws'), /no bank/)
})

for (const [what, language, text, expected] of [
  ['an unknown make target', 'sh', 'cd x\nmake tests', /x.md:3: `tests` does not exist/],
  ['an unknown command of the package', 'sh', 'npx bank-mfa serve', /`serve`/],
  ['an unknown program', 'sh', 'mkdir a && npx wranglr deploy', /`wranglr`/],
  ['an unknown package', 'sh', 'npm install bank-mfa bankmfa', /`bankmfa`/],
  ['a missing file of the package', 'sh', 'cp node_modules/bank-mfa/workers/app.js .', /`workers\/app.js`/],
  ['an open quote', 'sh', "echo 'a", /unexpected EOF/],
  ['malformed JSON', 'json', '{ "a": 1, }', /JSON/],
  ['malformed YAML', 'yaml', 'a: [1', /x.md:2/],
]) {
  test(`${what} is reported`, () => {
    assert.match(check(only(fence(language, text))).join('\n'), expected)
  })
}

test('commands that exist are not reported', () => {
  const text =
    "npm install --save-dev wrangler # npx nothing\nmake site && npx wrangler deploy 'npx nothing'\nnpx bank-mfa doctor --url x"
  assert.deepEqual(check(only(fence('sh', text))), [])
})
