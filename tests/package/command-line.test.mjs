/** `npx bank-mfa`: help, wrong arguments, `demo` and `init`, from the packed tarball. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Visitor } from '../demo/visitor.mjs'
import { launch } from '../lib/browser.mjs'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { emptyFolder, run, startDemo } from '../lib/command-line.mjs'

const browser = launch()
const manifest = JSON.parse(readFileSync(join(app, 'node_modules/bank-mfa/package.json'), 'utf8'))

test('npx runs the command line from the tarball alone', async (t) => {
  const cwd = emptyFolder(t)
  const { code, stdout } = await run(['--version'], { cwd, by: 'npx' })
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${manifest.version}\n` })
})

for (const [args, expected] of [
  [['--help'], /^Usage: npx bank-mfa <command>[^]*demo[^]*init edge \[folder\][^]*doctor/],
  [['-h'], /^Usage: npx bank-mfa <command>/],
  [['demo', '--help'], /^Usage: npx bank-mfa demo \[options\][^]*--port <port>/],
  [['init', '--help'], /^Usage: npx bank-mfa init edge \[folder\]/],
  [['doctor', '-h'], /^Usage: npx bank-mfa doctor[^]*--url <url>[^]*--origin <origin>[^]*--vars <file>[^]*--json/],
  [['doctor', '--version'], /^\d+\.\d+\.\d+\n$/],
]) {
  test(`bank-mfa ${args.join(' ')} prints to the standard output and exits 0`, async (t) => {
    const { code, stdout, stderr } = await run(args, { cwd: emptyFolder(t) })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.match(stdout, expected)
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 110),
      'no line is long',
    )
  })
}

test('the guide describes each command and each option', async (t) => {
  const guide = readFileSync(new URL('../../www/docs/command-line.md', import.meta.url), 'utf8')
  const cwd = emptyFolder(t)
  const named = async (args, pattern) =>
    Array.from((await run(args, { cwd })).stdout.matchAll(pattern), ([, name]) => name)
  const commands = await named(['--help'], /^  ([a-z]+) /gm)
  assert.deepEqual(commands, ['demo', 'init', 'doctor'])
  for (const command of commands) {
    assert.ok(guide.includes(`\n## ${command}`), command)
    for (const option of await named([command, '--help'], /^  (--[\w-]+)/gm)) assert.ok(guide.includes(option), option)
  }
})

for (const [args, expected] of [
  [[], /^Usage: npx bank-mfa <command>/],
  [['dmeo'], /^bank-mfa: unknown command dmeo\. Did you mean demo\?\nTry npx bank-mfa --help\.\n$/],
  [['quixotic'], /^bank-mfa: unknown command quixotic\nTry /],
  [['toString'], /^bank-mfa: unknown command toString\nTry /],
  [['--prot'], /unknown option --prot\n/],
  [['--verson'], /unknown option --verson\. Did you mean --version\?/],
  [['demo', '--prot', '1'], /unknown option --prot\. Did you mean --port\?\nTry npx bank-mfa demo --help\./],
  [['demo', '--port'], /--port needs a value/],
  [['demo', '--port', 'http'], /--port must be a port number from 0 to 65535/],
  [['demo', '--vendor-port=65536'], /--vendor-port must be a port number/],
  [['demo', '8080'], /unexpected argument 8080/],
  [['init'], /init needs the name of a template: npx bank-mfa init edge/],
  [['init', 'egde'], /unknown template egde\. Did you mean edge\?/],
  [['init', 'edge', 'a', 'b'], /unexpected argument b/],
  [['init', '--force'], /unknown option --force/],
  [['doctor'], /nothing to check here: run it in the folder of your edge, or use --vars or --url/],
  [['doctor', 'nowhere'], /the folder nowhere does not exist/],
  [['doctor', '--json=yes'], /--json takes no value/],
  [['doctor', '--url', 'https://edge.example'], /--url needs --origin, the origin of your page/],
  [['doctor', '--url', 'edge.example', '--origin', 'https://app.example'], /--url must be an http or https URL/],
  [
    ['doctor', '--url', 'https://ann:hunter2@edge.example', '--origin', 'https://app.example'],
    /^bank-mfa: --url must not contain a user name\n/,
  ],
  [['doctor', '--origin', 'https://app.example/'], /--origin must be like https:\/\/app\.example, without a path/],
  [['doctor', '.', '--url', 'https://a.example', '--origin', 'https://b.example'], /cannot be combined with a folder/],
]) {
  test(`bank-mfa ${args.join(' ')} exits 2 and says why`, async (t) => {
    const cwd = emptyFolder(t)
    const { code, stdout, stderr } = await run(args, { cwd })
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
    assert.match(stderr, expected)
    assert.deepEqual(readdirSync(cwd), ['node_modules'])
  })
}

test('a person answers a question in the demo that npx serves from the tarball, and Ctrl+C ends it', async (t) => {
  const demo = await startDemo(t, ['--port', '0'], { cwd: emptyFolder(t), by: 'npx' })
  const context = await (await browser).newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  const errors = []
  page.on('pageerror', ({ message }) => errors.push(message))
  const visitor = new Visitor(page, demo)
  await visitor.load()
  for (const runtime of ['page', 'edge']) {
    await visitor.start('Greatday', { runtime })
    await visitor.answer('Montreal')
    assert.equal((await visitor.readOutcome()).ending, 'done', runtime)
  }
  assert.deepEqual(errors, [])
  demo.interrupt()
  await demo.exited
  await assert.rejects(fetch(demo.url))
})

test('the demo ends with exit code 0 at Ctrl+C', async (t) => {
  const demo = await startDemo(t, ['--port', '0'], { cwd: emptyFolder(t) })
  demo.interrupt()
  assert.deepEqual(await demo.exited, [0, null])
})

test('without ports, two demos run at once at different addresses of the loopback', async (t) => {
  const cwd = emptyFolder(t)
  const [first, second] = [await startDemo(t, [], { cwd }), await startDemo(t, [], { cwd })]
  assert.notEqual(first.url, second.url)
  for (const { url, vendor } of [first, second]) {
    assert.match(await (await fetch(url)).text(), /<title>bank-mfa/)
    assert.equal((await (await fetch(`${url}/config`)).json()).vendor, vendor)
  }
})

test('a port that is given and taken is an error', async (t) => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const { port } = server.address()
  const { code, stdout, stderr } = await run(['demo', '--port', String(port)], { cwd: emptyFolder(t) })
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
  assert.match(stderr, new RegExp(`^bank-mfa: port ${port} is in use\\. Choose another one`))
})

test('a port that is given is free for its server, also if another server prefers it', async (t) => {
  const isFree = await new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(8787, '127.0.0.1', () => server.close(() => resolve(true)))
  })
  if (!isFree) return t.skip('port 8787 is in use')
  const { url, vendor } = await startDemo(t, ['--vendor-port', '8787'], { cwd: emptyFolder(t) })
  assert.equal(vendor, 'http://127.0.0.1:8787')
  assert.notEqual(url, vendor)
})

test('the demo serves no file outside of its site and the package', async (t) => {
  const cwd = emptyFolder(t)
  writeFileSync(join(cwd, 'secret.js'), 'secret')
  const { url } = await startDemo(t, ['--port', '0'], { cwd })
  const paths = ['/secret.js', '/pkg/%2e%2e/%2e%2e/secret.js', '/pkg/..%2f..%2fsecret.js', '/pkg/LICENSE-MIT', '/style']
  for (const path of paths) assert.equal((await fetch(url + path)).status, 404, path)
  assert.equal((await fetch(`${url}/pkg/dist/entries/index.js`)).status, 200)
})

test('init copies the template, says what to do next, and leaves a folder with content alone', async (t) => {
  const cwd = emptyFolder(t)
  const { code, stdout } = await run(['init', 'edge'], { cwd, by: 'npx' })
  assert.equal(code, 0)
  assert.match(stdout, /cd edge\n +npm install\n +npx bank-mfa doctor .*\n +npx wrangler dev/)
  const template = readdirSync(join(app, 'node_modules/bank-mfa/worker'))
  const added = ['.dev.vars', '.gitignore', 'package.json']
  assert.deepEqual(readdirSync(join(cwd, 'edge')).sort(), [...template, ...added].sort())

  const made = JSON.parse(readFileSync(join(cwd, 'edge/package.json'), 'utf8'))
  assert.deepEqual([made.type, made.dependencies], ['module', { 'bank-mfa': `^${manifest.version}` }])
  assert.deepEqual(made.optionalDependencies, { pg: '^8.0.0' }, 'node.mjs needs it')
  assert.match(readFileSync(join(cwd, 'edge/.gitignore'), 'utf8'), /^\.dev\.vars/m)
  assert.equal(statSync(join(cwd, 'edge/.dev.vars')).mode & 0o777, 0o600)

  const keys = readFileSync(join(cwd, 'edge/.dev.vars'), 'utf8')
  const again = await run(['init', 'edge'], { cwd })
  assert.equal(again.code, 1)
  assert.match(again.stderr, /^bank-mfa: the folder edge is not empty\. Name another one\n$/)
  assert.equal(readFileSync(join(cwd, 'edge/.dev.vars'), 'utf8'), keys)

  mkdirSync(join(cwd, 'empty'))
  assert.equal((await run(['init', 'edge', 'empty'], { cwd })).code, 0)
  assert.notEqual(readFileSync(join(cwd, 'empty/.dev.vars'), 'utf8'), keys)
  assert.equal((await run(['init', 'edge', 'edge/app.js'], { cwd })).code, 1)
})

test('init says why a folder cannot be written, and quotes its name', async (t) => {
  const cwd = emptyFolder(t)
  symlinkSync(join(cwd, 'nowhere/edge'), join(cwd, 'broken-link'))
  writeFileSync(join(cwd, 'file'), '')
  for (const [folder, code] of [
    ['broken-link', 'ENOENT'],
    ['file/edge', 'ENOTDIR'],
  ]) {
    const { code: exitCode, stderr } = await run(['init', 'edge', folder], { cwd })
    assert.deepEqual([exitCode, stderr], [1, `bank-mfa: the folder ${folder} cannot be written: ${code}\n`])
  }
  assert.match((await run(['init', 'edge', 'my edge'], { cwd })).stdout, /^ {2}cd "my edge"$/m)
})
