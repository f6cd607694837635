/** The simulated Connect, in a parent page that records every message. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import test, { after } from '../lib/test.mjs'
import { browser, demo } from './fixtures.mjs'

const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox'
const CUSTOMER_ID = '43387ca6-0391-4c82-857d-70d95f087ecb'
const SECRET_KEY = '910a2dec-8902-4cc1-afba-8da1658eec67'
const THANK_YOU = 'https://example.com/thank-you'

/** Serves the parent page, which records each message that it gets. */
const parent = createServer((request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end(`<!doctype html><title>parent</title><script>
    const messages = []
    addEventListener('message', ({ data, origin, source }) =>
      messages.push({ data, origin, fromFrame: source === document.querySelector('iframe')?.contentWindow }))
  </script>`)
})
parent.listen(0, '127.0.0.1')
await once(parent, 'listening')
const parentOrigin = `http://127.0.0.1:${parent.address().port}`
after(() => parent.close())

/** A person in front of a page that frames Connect, with a simulated vendor of its own. */
class ConnectVisitor {
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

  /** The RequestId of a live session that is challenged. */
  async startChallenged(username) {
    const body = { LoginId: await this.loginId(username), MostRecentCached: false }
    return (await this.call('Authorize', await this.token(), body)).RequestId
  }

  /** Opens a page with Connect in an iframe. */
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

  /** Waits for a step, in an object or a JSON string. Returns all messages except APP_RESIZE. */
  async messages(step = 'REDIRECT', times = 1) {
    const hasArrived = ([step, times]) => {
      const steps = messages.map(({ data }) => JSON.stringify(data)).filter((text) => text.includes(step))
      return steps.length >= times
    }
    await this.page.waitForFunction(hasArrived, [step, times])
    const all = await this.page.evaluate(() => messages)
    return all.filter(({ data }) => !JSON.stringify(data).includes('APP_RESIZE'))
  }

  async steps(step, times) {
    return (await this.messages(step, times)).map(({ data }) => data.step)
  }

  async redirects(times) {
    return (await this.messages('REDIRECT', times)).filter(({ data }) => data?.step === 'REDIRECT')
  }
}

/** One page for all tests; each test has a vendor of its own. */
const page = await browser.newPage()
page.setDefaultTimeout(20_000)
const pageErrors = []
page.on('pageerror', (error) => pageErrors.push(error.message))
page.on('console', (message) => message.type() === 'error' && pageErrors.push(message.text()))

function connectVisitor(t) {
  t.after(() => assert.deepEqual(pageErrors.splice(0), [], 'the page reports no error'))
  return new ConnectVisitor()
}

test('Connect with a RequestId ends with REDIRECT after a wrong answer, and refreshes the connection', async (t) => {
  const person = connectVisitor(t)
  const requestId = await person.startChallenged('Greatday')
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
  const messages = await person.messages()
  assert.ok(messages.every(({ origin, fromFrame }) => origin === demo.connect && fromFrame))
  assert.deepEqual(messages[2].data.mfaTypes, ['QuestionAndAnswer'])
  const { loginId, accountId, url } = messages.at(-1).data
  assert.equal(loginId, await person.loginId('Greatday'))
  const query = { state: 's', loginId, institution: 'FlinksCapital', accountId }
  assert.equal(url, `https://app.example/back?${new URLSearchParams(query)}`)
  assert.ok((await person.cached('Greatday')).Login.LastRefresh > before)
})

test('Connect with a token ends with REDIRECT after the choice of an institution and a wrong password', async (t) => {
  const person = connectVisitor(t)
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

test('Connect accepts answers to every kind of challenge and the choice of an account, and names missing answers', async (t) => {
  const person = connectVisitor(t)
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

  await person.frame(`/v2/?requestId=${await person.startChallenged('new_questions')}`)
  const questions = person.connect.getByLabel('Question')
  const answers = person.connect.getByLabel('Your answer')
  for (const index of [0, 1]) {
    await questions.nth(index).selectOption('Who was your childhood hero?')
    await answers.nth(index).fill('Rex')
  }
  await person.press('Continue')
  await person.connect.getByText('Please choose a different question each time.').waitFor()
  await questions.nth(1).selectOption('What is your favourite book?')
  await person.press('Continue')
  await person.messages()
})

test('the bank’s own page opens in a window without the iframe’s sandbox, also from the demo', async (t) => {
  for (const host of [parentOrigin, demo.url]) {
    const person = connectVisitor(t)
    await person.frame(`/v2/?requestId=${await person.startChallenged('Greatday')}`, host)
    const [popup] = await Promise.all([page.waitForEvent('popup'), person.press('Open the bank’s own page')])
    popup.once('dialog', (dialog) => dialog.accept())
    assert.equal(await popup.evaluate(() => confirm('A sandbox would block this dialog.')), true)
    assert.equal(await popup.evaluate(() => opener !== null), true)
    await popup.close()
    if (host === parentOrigin) await person.messages('POPUP_OPENED')
  }
})

test('Connect with resumeSelectedAccounts skips the selector and names the accounts', async (t) => {
  const person = connectVisitor(t)
  const link = encodeURIComponent('myapp://connected?state=s')
  const accounts = []
  for (const chosen of ['', `&resumeSelectedAccounts=`]) {
    const query = `requestId=${await person.startChallenged('Greatday')}&redirectUrl=${link}`
    await person.frame(`/v2/?${query}${chosen && `${chosen}${accounts[1]}&accountSelectorEnable=true`}`)
    await person.answer('Montreal')
    const [{ data }] = await person.redirects(1)
    assert.ok(data.url.startsWith('myapp://connected?state=s&loginId='), 'a deep link is a redirect URL')
    assert.ok(!(await person.steps('REDIRECT', 1)).includes('COMPONENT_LOAD_ACCOUNT_SELECTION'))
    accounts.push(...data.accountId.split(','))
  }
  assert.equal(accounts.length, 3)
  assert.equal(accounts[2], accounts[1])
})

test('Connect as the whole page redirects to redirectUrl', async (t) => {
  const person = connectVisitor(t)
  const back = encodeURIComponent(`${parentOrigin}/?state=one-time`)
  const { page } = person
  await page.goto(`${person.base}/?authorizeToken=${await person.token()}&redirectUrl=${back}`)
  await page.getByRole('button', { name: 'FlinksCapital' }).click()
  await page.getByRole('button', { name: 'Refuse at the bank' }).click()
  await page.waitForURL(`${parentOrigin}/**`)
  const refused = Object.fromEntries(new URL(page.url()).searchParams)
  assert.deepEqual(Object.keys(refused), ['state', 'error', 'error_description'])
  assert.deepEqual([refused.state, refused.error], ['one-time', 'access_denied'])

  await page.goto(
    `${person.base}/v2/?requestId=${await person.startChallenged('Greatday')}&language=fr&redirectUrl=${back}`,
  )
  await page.getByLabel('Votre réponse').fill('Montreal')
  await page.getByRole('button', { name: 'Continuer' }).click()
  await page.waitForURL(`${parentOrigin}/**`)
  const { state, loginId, institution } = Object.fromEntries(new URL(page.url()).searchParams)
  const expected = { state: 'one-time', loginId: await person.loginId('Greatday'), institution: 'FlinksCapital' }
  assert.deepEqual({ state, loginId, institution }, expected)
})

/** The messages of each misbehaviour, in order: whose LoginId a REDIRECT contains, and who sent it. */
const MESSAGES = ['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_MFA', 'SUBMIT_MFA']
const [mounted, online, challenged, answered] = MESSAGES
const MISBEHAVIOURS = {
  'wrong-origin': [
    mounted,
    online,
    challenged,
    'REDIRECT own, of the vendor, of another window',
    answered,
    'REDIRECT own',
  ],
  'other-window': [mounted, online, challenged, 'REDIRECT own, of another window', answered, 'REDIRECT own'],
  malformed: [
    ...[mounted, online, challenged, 'null', '7', '[]', '"{\\"step\\":\\"REDIRECT\\""', '{"step":7}'],
    ...['REDIRECT nobody', 'REDIRECT nobody', 'REDIRECT nobody', answered, 'REDIRECT own'],
  ],
  early: ['REDIRECT own', ...MESSAGES, 'REDIRECT own'],
  duplicate: [...MESSAGES, 'REDIRECT own', 'REDIRECT own'],
  contradiction: [...MESSAGES, 'REDIRECT own and another', 'REDIRECT own'],
  'another-login': [...MESSAGES, 'REDIRECT another'],
}

for (const [kind, expected] of Object.entries(MISBEHAVIOURS)) {
  test(`Connect misbehaves on request: ${kind}`, async (t) => {
    const person = connectVisitor(t)
    await person.misbehave(kind)
    const own = await person.loginId('Greatday')
    const another = await person.loginId('greatday_nomfa')
    await person.frame(`/v2/?requestId=${await person.startChallenged('Greatday')}`)
    const countRedirects = (messages) => messages.filter((message) => message.includes('REDIRECT')).length
    // A forged message can arrive late, so the person waits for the early ones before answering.
    await person.messages('REDIRECT', countRedirects(expected.slice(0, expected.indexOf(answered))))
    await person.answer('Montreal')

    const whose = { [own]: 'own', [another]: 'another' }
    const received = await person.messages('REDIRECT', countRedirects(expected))
    const described = received.map(({ data, origin, fromFrame }) => {
      if (data?.step !== 'REDIRECT') return typeof data?.step === 'string' ? data.step : JSON.stringify(data)
      const inUrl = URL.parse(data.url ?? '')?.searchParams.get('loginId')
      const named = [...new Set([inUrl, data.loginId])].map((id) => whose[id]).filter(Boolean)
      const from = [origin === demo.vendor && ', of the vendor', !fromFrame && ', of another window'].filter(Boolean)
      return `REDIRECT ${named.join(' and ') || 'nobody'}${from.join('')}`
    })
    assert.deepEqual(described, expected)
  })
}

test('if the simulator has only one origin, a forged message has the origin null', async (t) => {
  const person = connectVisitor(t)
  await person.post('control', { connect: { elsewhere: null } })
  await person.misbehave('wrong-origin')
  await person.frame(`/v2/?requestId=${await person.startChallenged('Greatday')}`)
  const [{ origin, fromFrame }] = await person.redirects()
  assert.deepEqual({ origin, fromFrame }, { origin: 'null', fromFrame: false })
})

test('Connect sends JSON strings on request', async (t) => {
  const person = connectVisitor(t)
  await person.misbehave('json-string')
  await person.frame(`/v2/?requestId=${await person.startChallenged('Greatday')}`)
  await person.answer('Montreal')
  const messages = await person.messages()
  assert.deepEqual(
    messages.map(({ data }) => JSON.parse(data).step),
    [...MESSAGES, 'REDIRECT'],
  )
})

test('Connect refuses a valid token once on request', async (t) => {
  const person = connectVisitor(t)
  const token = await person.token()
  await person.misbehave('token-invalid')
  await person.frame(`/v2/Credential/14?authorizeToken=${token}`)
  assert.deepEqual(await person.steps('TOKEN_INVALID'), ['APP_MOUNTED', 'APP_ONLINE', 'TOKEN_INVALID'])
  await person.frame(`/v2/Credential/14?authorizeToken=${token}`)
  await person.signIn('greatday_nomfa')
  assert.equal((await person.redirects()).length, 1)
})
