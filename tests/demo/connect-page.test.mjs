/** The simulated Connect, as a page that frames it and believes everything sees it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import test, { after } from 'node:test'
import { chromium } from 'playwright-core'
import { serve } from '../../www/serve.mjs'

const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox'
const CUSTOMER_ID = '43387ca6-0391-4c82-857d-70d95f087ecb'
const SECRET_KEY = '910a2dec-8902-4cc1-afba-8da1658eec67'
const THANK_YOU = 'https://example.com/thank-you'

const demo = await serve()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
})
/** A page that frames whatever its query says and keeps each message: the parent that Connect tells things to. */
const parent = createServer((request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end(`<!doctype html><title>parent</title><script>
    const heard = []
    addEventListener('message', ({ data, origin, source }) =>
      heard.push({ data, origin, known: source === document.querySelector('iframe')?.contentWindow }))
  </script>`)
})
parent.listen(0, '127.0.0.1')
await once(parent, 'listening')
const parentOrigin = `http://127.0.0.1:${parent.address().port}`
after(async () => {
  await browser.close()
  await demo.close()
  parent.close()
})

/** A person in front of a page that frames Connect, and the vendor behind it. */
class Bench {
  constructor() {
    this.page = page
    this.session = randomUUID()
    this.base = `${demo.connect}/s/${this.session}`
  }

  async post(path, body, headers = {}) {
    const url = `${demo.vendor}/s/${this.session}/${path}`
    const sent = body && JSON.stringify(body)
    const reply = await fetch(url, {
      method: 'POST',
      body: sent,
      headers: { 'content-type': 'application/json', ...headers },
    })
    return reply.json()
  }

  call(operation, token, body) {
    return this.post(`v3/${CUSTOMER_ID}/BankingServices/${operation}`, body, { 'flinks-auth-key': token })
  }

  async token() {
    return (await this.call('GenerateAuthorizeToken', SECRET_KEY)).Token
  }

  async loginId(username) {
    const people = await (await fetch(`${demo.vendor}/s/${this.session}/control/people`)).json()
    return people.find((person) => person.username === username).loginId
  }

  misbehave(misbehave) {
    return this.post('control', { connect: { misbehave } })
  }

  async cached(username) {
    const body = { LoginId: await this.loginId(username), MostRecentCached: true }
    return this.call('Authorize', await this.token(), body)
  }

  /** A live session that stands CHALLENGED: its RequestId. */
  async challenged(username) {
    const body = { LoginId: await this.loginId(username), MostRecentCached: false }
    return (await this.call('Authorize', await this.token(), body)).RequestId
  }

  /** Puts Connect into a page. */
  async frame(path, host = parentOrigin) {
    const { page, base } = this
    await page.goto(host)
    const at = [`${base}${path}`, SANDBOX]
    await page.evaluate(([src, sandbox]) => {
      const frame = document.createElement('iframe')
      frame.setAttribute('sandbox', sandbox)
      Object.assign(frame, { src, width: 480, height: 640 })
      document.body.append(frame)
    }, at)
    this.connect = page.frameLocator('iframe').first()
  }

  async answer(text, label = 'Your answer') {
    await this.connect.getByLabel(label).fill(text)
    await this.press('Continue')
  }

  async signIn(username, password = 'Everyday') {
    await this.connect.getByLabel('Username').fill(username)
    await this.answer(password, 'Password')
  }

  press(name) {
    return this.connect.getByRole('button', { name }).click()
  }

  /** Waits for a step, also where it comes as a string; then all that was heard, APP_RESIZE left out. */
  async heard(step = 'REDIRECT', times = 1) {
    const read = ([step, times]) => {
      const steps = heard.map(({ data }) => JSON.stringify(data)).filter((text) => text.includes(step))
      return steps.length >= times
    }
    await this.page.waitForFunction(read, [step, times])
    const all = await this.page.evaluate(() => heard)
    return all.filter(({ data }) => !JSON.stringify(data).includes('APP_RESIZE'))
  }

  async steps(step, times) {
    return (await this.heard(step, times)).map(({ data }) => data.step)
  }

  async redirects(times) {
    return (await this.heard('REDIRECT', times)).filter(({ data }) => data?.step === 'REDIRECT')
  }
}

/** One for all: what a test changes is its vendor's, and each has a vendor of its own. */
const page = await browser.newPage()
page.setDefaultTimeout(20_000)
const problems = []
page.on('pageerror', (error) => problems.push(error.message))
page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))

function bench(t) {
  t.after(() => assert.deepEqual(problems.splice(0), [], 'the page itself does not go wrong'))
  return new Bench()
}

test('a RequestId leads through a wrong answer to REDIRECT, and the connection is refreshed', async (t) => {
  const person = bench(t)
  const requestId = await person.challenged('Greatday')
  const before = (await person.cached('Greatday')).Login.LastRefresh
  await person.frame(
    `/v2/?requestId=${requestId}&redirectUrl=${encodeURIComponent('https://app.example/back?state=s')}`,
  )
  await person.answer('Paris')
  await person.connect.getByText('What is the best country on earth?').waitFor()
  await person.answer('Canada')

  assert.deepEqual(await person.steps(), [
    ...['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_MFA', 'SUBMIT_MFA'],
    ...['INVALID_SECURITY_RESPONSE', 'COMPONENT_LOAD_MFA_RETRY', 'SUBMIT_MFA', 'REDIRECT'],
  ])
  const heard = await person.heard()
  assert.ok(heard.every(({ origin, known }) => origin === demo.connect && known))
  assert.deepEqual(heard[2].data.mfaTypes, ['QuestionAndAnswer'])
  const { loginId, accountId, url } = heard.at(-1).data
  assert.equal(loginId, await person.loginId('Greatday'))
  const query = { state: 's', loginId, institution: 'FlinksCapital', accountId }
  assert.equal(url, `https://app.example/back?${new URLSearchParams(query)}`)
  assert.ok((await person.cached('Greatday')).Login.LastRefresh > before)
})

test('a token leads through the choice of an institution and a wrong password to REDIRECT', async (t) => {
  const person = bench(t)
  const token = await person.token()
  await person.frame(`/?authorizeToken=${token}&tag=one-time-state`)
  await person.press('FlinksCapital')
  await person.signIn('text_or_call', 'wrong')
  await person.connect.getByText('Username or password is wrong.').waitFor()
  await person.signIn('text_or_call')
  await person.connect.getByLabel('(•••) •••-4821').check()
  await person.connect.getByLabel('Text message').check()
  await person.press('Continue')
  await person.answer('123456')

  assert.deepEqual(await person.steps(), [
    ...['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_INSTITUTION_SELECTOR', 'INSTITUTION_SELECTED'],
    ...['COMPONENT_LOAD_CREDENTIAL', 'SUBMIT_CREDENTIAL', 'INVALID_LOGIN', 'COMPONENT_LOAD_CREDENTIAL_RETRY'],
    ...['SUBMIT_CREDENTIAL', 'COMPONENT_LOAD_MFA', 'SUBMIT_MFA', 'COMPONENT_LOAD_MFA', 'SUBMIT_MFA', 'REDIRECT'],
  ])
  const [{ data }] = await person.redirects()
  assert.ok(data.url.startsWith(`${THANK_YOU}?loginId=${data.loginId}&institution=FlinksCapital`))
  assert.equal((await person.cached('text_or_call')).Tag, 'one-time-state')

  await person.frame(`/?authorizeToken=${token}`)
  assert.deepEqual(await person.steps('TOKEN_INVALID'), ['APP_MOUNTED', 'APP_ONLINE', 'TOKEN_INVALID'])
})

test('every kind of challenge can be answered, an account chosen, and what lacks is named', async (t) => {
  const person = bench(t)
  await person.frame(`/v2/Credential/14?authorizeToken=${await person.token()}&accountSelectorEnable=true`)
  await person.signIn('mixed_types')
  await person.answer('Montreal')
  assert.equal(await person.connect.getByText('Please answer this.').filter({ visible: true }).count(), 3)
  await person.connect.getByLabel('Plateau').check()
  await person.connect.getByLabel('Chequing').check()
  await person.connect.getByLabel('Savings').check()
  await person.connect.getByRole('radio', { name: 'Picture 2 of 3' }).check()
  await person.press('Continue')
  await person.press('Savings')
  const [{ data }] = await person.redirects()
  assert.match(data.accountId, /^[0-9a-f-]{36}$/)

  await person.frame(`/v2/?requestId=${await person.challenged('new_questions')}`)
  const questions = person.connect.getByLabel('Question')
  const answers = person.connect.getByLabel('Your answer')
  for (const at of [0, 1]) {
    await questions.nth(at).selectOption('Who was your childhood hero?')
    await answers.nth(at).fill('Rex')
  }
  await person.press('Continue')
  await person.connect.getByText('Please choose a different question each time.').waitFor()
  await questions.nth(1).selectOption('What is your favourite book?')
  await person.press('Continue')
  await person.heard()
})

test('the bank’s own page opens in a window that is free of the frame’s sandbox, also from the demo', async (t) => {
  for (const host of [parentOrigin, demo.url]) {
    const person = bench(t)
    await person.frame(`/v2/?requestId=${await person.challenged('Greatday')}`, host)
    const [popup] = await Promise.all([page.waitForEvent('popup'), person.press('Open the bank’s own page')])
    popup.once('dialog', (dialog) => dialog.accept())
    assert.equal(await popup.evaluate(() => confirm('A sandbox would not let this be asked.')), true)
    assert.equal(await popup.evaluate(() => opener !== null), true)
    await popup.close()
  }
})

test('as the whole page it goes back to redirectUrl', async (t) => {
  const person = bench(t)
  const back = encodeURIComponent(`${parentOrigin}/?state=one-time`)
  const { page } = person
  await page.goto(`${person.base}/v2/?requestId=${await person.challenged('Greatday')}&language=fr&redirectUrl=${back}`)
  await page.getByLabel('Votre réponse').fill('Montreal')
  await page.getByRole('button', { name: 'Continuer' }).click()
  await page.waitForURL(`${parentOrigin}/**`)
  const { state, loginId, institution } = Object.fromEntries(new URL(page.url()).searchParams)
  const expected = { state: 'one-time', loginId: await person.loginId('Greatday'), institution: 'FlinksCapital' }
  assert.deepEqual({ state, loginId, institution }, expected)
})

/** What a parent hears of each, in order, around the right answer: who the REDIRECT names, and who sent it. */
const LIFE = ['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_MFA', 'SUBMIT_MFA']
const [mounted, online, asked, answered] = LIFE
const MISBEHAVIOURS = {
  'wrong-origin': [mounted, online, asked, 'REDIRECT own, of the vendor, of another window', answered, 'REDIRECT own'],
  'other-window': [mounted, online, asked, 'REDIRECT own, of another window', answered, 'REDIRECT own'],
  malformed: [
    ...[mounted, online, asked, 'null', '7', '[]', '"{\\"step\\":\\"REDIRECT\\""', '{"step":7}'],
    ...['REDIRECT nobody', 'REDIRECT nobody', 'REDIRECT nobody', answered, 'REDIRECT own'],
  ],
  early: ['REDIRECT own', ...LIFE, 'REDIRECT own'],
  duplicate: [...LIFE, 'REDIRECT own', 'REDIRECT own'],
  contradiction: [...LIFE, 'REDIRECT own and another', 'REDIRECT own'],
  'another-login': [...LIFE, 'REDIRECT another'],
}

for (const [kind, expected] of Object.entries(MISBEHAVIOURS)) {
  test(`misbehaviour on request: ${kind}`, async (t) => {
    const person = bench(t)
    await person.misbehave(kind)
    const own = await person.loginId('Greatday')
    const another = await person.loginId('greatday_nomfa')
    await person.frame(`/v2/?requestId=${await person.challenged('Greatday')}`)
    const redirects = expected.filter((told) => told.includes('REDIRECT')).length
    // A forged message comes on a way of its own, so the person waits for those that come first.
    await person.heard(
      'REDIRECT',
      expected.slice(0, expected.indexOf(answered)).filter((told) => /REDIRECT/.test(told)).length,
    )
    await person.answer('Montreal')

    const whose = { [own]: 'own', [another]: 'another' }
    const told = (await person.heard('REDIRECT', redirects)).map(({ data, origin, known }) => {
      if (data?.step !== 'REDIRECT') return typeof data?.step === 'string' ? data.step : JSON.stringify(data)
      const inUrl = URL.parse(data.url ?? '')?.searchParams.get('loginId')
      const named = [...new Set([inUrl, data.loginId])].map((id) => whose[id]).filter(Boolean)
      const from = [origin === demo.vendor && ', of the vendor', !known && ', of another window'].filter(Boolean)
      return `REDIRECT ${named.join(' and ') || 'nobody'}${from.join('')}`
    })
    assert.deepEqual(told, expected)
  })
}

test('where the simulator is served on one origin only, the wrong one is null', async (t) => {
  const person = bench(t)
  await person.post('control', { connect: { elsewhere: null } })
  await person.misbehave('wrong-origin')
  await person.frame(`/v2/?requestId=${await person.challenged('Greatday')}`)
  const [{ origin, known }] = await person.redirects()
  assert.deepEqual({ origin, known }, { origin: 'null', known: false })
})

test('a variant on request: every message is a JSON string', async (t) => {
  const person = bench(t)
  await person.misbehave('json-string')
  await person.frame(`/v2/?requestId=${await person.challenged('Greatday')}`)
  await person.answer('Montreal')
  const heard = await person.heard()
  assert.deepEqual(
    heard.map(({ data }) => JSON.parse(data).step),
    [...LIFE, 'REDIRECT'],
  )
})

test('a good token can be refused once, on request', async (t) => {
  const person = bench(t)
  const token = await person.token()
  await person.misbehave('token-invalid')
  await person.frame(`/v2/Credential/14?authorizeToken=${token}`)
  assert.deepEqual(await person.steps('TOKEN_INVALID'), ['APP_MOUNTED', 'APP_ONLINE', 'TOKEN_INVALID'])
  await person.frame(`/v2/Credential/14?authorizeToken=${token}`)
  await person.signIn('greatday_nomfa')
  assert.equal((await person.redirects()).length, 1)
})
