/** The chosen flow as code: whatever was chosen, it compiles, and what runs against the simulator runs to the end. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { codeOf } from '../../www/site/code.js'
import { app } from '../lib/package.mjs'
import test, { after } from '../lib/test.mjs'
import { browser, person, visit } from './fixtures.mjs'

const { simulator } = await import(pathToFileURL(join(app, 'node_modules/bank-mfa/dist/entries/simulator.js')))
const { nodeHandler } = await import(pathToFileURL(join(app, 'node_modules/bank-mfa/dist/entries/edge.js')))
const { member, members } = simulator().mx
const tests = fileURLToPath(new URL('../', import.meta.url))

const folder = mkdtempSync(join(app, 'copied-'))
after(() => rmSync(folder, { recursive: true }))

/** What the setup form gives if nothing but `choices` was changed. */
const DEFAULTS = { runtime: 'page', mode: 'live', presentation: 'frame', language: 'en', fault: null }

function filesOf(choices) {
  const all = { ...DEFAULTS, ...choices }
  return codeOf(all, choices.vendor === 'mx' ? member(choices.person) : person(choices.person))
}

const fileOf = (choices, name) => filesOf(choices).find(({ file }) => file === name).text

const FLINKS = { vendor: 'flinks', person: 'Greatday' }
const MX = { vendor: 'mx', person: 'text', memberStart: 'aggregate' }

/** Choices that differ in their code. */
function* allChoices() {
  for (const runtime of ['page', 'edge']) {
    for (const language of ['en', 'fr', 'es']) yield { ...FLINKS, runtime, language }
    for (const mode of ['cached', 'ask', 'link']) yield { ...FLINKS, runtime, mode }
    for (const presentation of ['frame', 'page', 'form']) {
      yield { ...FLINKS, runtime, mode: 'reconnect', presentation, reconnectAsync: true, authorizeAsync: true }
    }
    for (const memberStart of ['aggregate', 'ask', 'watch', 'sign-in']) yield { ...MX, runtime, memberStart }
    yield { ...MX, runtime, widget: true }
    for (const { name } of members.filter(({ group }) => group === 'oauth')) {
      yield { ...MX, runtime, person: name, memberStart: 'create' }
    }
  }
  for (const mode of ['credentials', 'resume']) yield { ...FLINKS, mode }
  for (const memberStart of ['create', 'update']) yield { ...MX, memberStart }
  yield { ...FLINKS, fault: { kind: 'status', status: 429, code: 'TOO_MANY_REQUESTS', retryAfter: '60', on: 'start' } }
}

test('every file that can be copied compiles under strict TypeScript', async () => {
  const files = []
  for (const [index, choices] of [...allChoices()].entries()) {
    for (const { file, text } of filesOf(choices)) {
      const name = `${index}-${file.replace('.js', '.ts')}`
      files.push(name)
      writeFileSync(join(folder, name), text)
    }
  }
  assert.ok(files.length > 70)
  const compilerOptions = {
    ...{ noEmit: true, strict: true, noUnusedLocals: true, module: 'nodenext', target: 'es2022' },
    ...{ lib: ['es2022', 'dom', 'dom.iterable'], typeRoots: [join(tests, 'node_modules/@types')], types: ['node'] },
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const tsc = join(tests, 'node_modules/.bin/tsc')
  const errors = await promisify(execFile)(tsc, ['--project', folder]).then(
    () => '',
    ({ stdout, message }) => stdout || message,
  )
  assert.equal(errors, '')
})

/** Flows in the terminal: the choices, what is typed at each question, and how the flow ends. */
const IN_TERMINAL = {
  'one question': [FLINKS, ['Montreal'], /kind: 'done'/],
  'a choice of phone and channel, and then the code': [
    { ...FLINKS, person: 'text_or_call' },
    ['0', '0', '123456'],
    /done/,
  ],
  'several choices': [{ ...FLINKS, person: 'multiple_answers' }, ['0,1'], /kind: 'done'/],
  'a sign-in form': [{ ...FLINKS, mode: 'ask' }, ['Greatday', 'Everyday', 'Montreal'], /kind: 'done'/],
  'a reconnect whose reply is lost': [
    { ...FLINKS, mode: 'reconnect', presentation: 'form', fault: { kind: 'lost-reply', on: 'answer' } },
    ['Montreal'],
    /kind: 'done'/,
  ],
  'a new member of MX': [{ ...MX, memberStart: 'create' }, ['Chicago'], /connectionStatus: 'CONNECTED'/],
  'an error': [{ ...FLINKS, person: 'code_new_account' }, [], /code: 'bank-action-required'/],
}

for (const [what, [choices, answers, ending]] of Object.entries(IN_TERMINAL)) {
  test(`the code for a terminal asks the questions and prints the ending: ${what}`, async () => {
    const output = await runInTerminal(fileOf(choices, 'terminal.js'), answers)
    assert.match(output, ending)
  })
}

/** Runs a script, and types the next line at each question. */
async function runInTerminal(text, lines) {
  const place = mkdtempSync(join(folder, 'terminal-'))
  const file = join(place, 'terminal.js')
  writeFileSync(file, text)
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'pipe'] })
  const waiting = [...lines]
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (data) => {
      output += data
      if (/: $/.test(output) && waiting.length > 0) child.stdin.write(`${waiting.shift()}\n`)
    })
  }
  const [code] = await once(child, 'close')
  assert.equal(code, 0, output)
  assert.deepEqual(waiting, [], output)
  return output
}

/** Serves a page that runs `code`, and what `routes` answer. Returns the page in the browser. */
async function openPage(t, code, handleEdge) {
  const place = mkdtempSync(join(folder, 'page-'))
  const file = join(place, 'page.js')
  writeFileSync(file, code)
  mkdirSync(join(place, 'out'))
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, format: 'esm', write: false })
  const server = createServer((request, response) => {
    if (request.url.startsWith('/mfa/')) return handleEdge(request, response)
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? outputFiles[0].text : '<!doctype html><body><script type="module" src="page.js"></script>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const page = await browser.newPage()
  t.after(async () => {
    await page.close()
    server.closeAllConnections()
    server.close()
  })
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  return { page, origin: new URL(page.url()).origin }
}

/** Starts the flow in the element, answers it, and waits for the end. */
async function answerInPage(page, answer, title = 'Connected', connect = 'Connect your bank') {
  await page.getByRole('button', { name: connect }).click()
  await page.getByRole('textbox').fill(answer)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: title }).waitFor()
}

test('the code for a page runs the flow in the element', async (t) => {
  const { page } = await openPage(t, fileOf(FLINKS, 'page.js'))
  await answerInPage(page, 'Montreal')
})

test('the code for a page in French, with MX, runs the flow in French', async (t) => {
  const { page } = await openPage(t, fileOf({ ...MX, memberStart: 'create', language: 'fr' }, 'page.js'))
  await answerInPage(page, 'Chicago', 'Connexion réussie', 'Connecter votre banque')
})

test('the code for an edge and its page run the flow together', async (t) => {
  const choices = { ...FLINKS, runtime: 'edge' }
  let handle
  const { page, origin } = await openPage(t, fileOf(choices, 'page.js'), (...call) => nodeHandler(handle)(...call))
  // The one change that a comment in the code asks for.
  const text = fileOf(choices, 'edge.js').replace('http://localhost:8000', origin)
  writeFileSync(join(folder, 'edge.js'), text)
  ;({ handle } = await import(pathToFileURL(join(folder, 'edge.js'))))
  await answerInPage(page, 'Montreal')
})

test('the page shows the code of what is chosen, and copies it', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await visitor.setUp({ person: 'text_or_call', mode: 'reconnect', presentation: 'form', language: 'es' })
  await page.getByRole('tab', { name: 'Code' }).click()
  const choices = { ...FLINKS, person: 'text_or_call', mode: 'reconnect', presentation: 'form', language: 'es' }
  for (const name of ['page.js', 'terminal.js']) {
    await page.getByRole('button', { name: `Copy ${name}` }).click()
    await page
      .getByRole('region', { name: `Code: ${name}` })
      .getByText('Copied.')
      .waitFor()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), fileOf(choices, name))
  }
  await visitor.setUp({ vendor: 'mx', person: 'text', runtime: 'edge' })
  assert.equal(await page.getByRole('button', { name: 'Copy edge.js' }).count(), 1)
})
