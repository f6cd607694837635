/** What the tests of the demo share: its two servers, a browser, and somebody who sits before the page. */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { serve } from '../../www/serve.mjs'
import { launch } from '../tools/browser.mjs'

/** For a machine that is busy; where all goes well, nothing waits so long. */
const PATIENCE = 20_000

const demo = await serve()
const browser = await launch()
after(() => demo.close())

const ask = async (path) => (await fetch(`${demo.vendor}/s/${path}`)).json()

/** Everybody at the simulated bank. */
const people = await ask('nobody/control/people')
export const home = `${demo.url}/`
export const person = (username) => people.find((person) => person.username === username)

/** A call that is refused or lost is what many a test is about, and the browser reports it. */
function isExpected(message) {
  const { url } = message.location()
  const called = [`${demo.vendor}/s/`, `${demo.url}/token`, `${demo.url}/edge/`].some((base) => url.startsWith(base))
  const lost = called && message.text().startsWith('Failed to load resource')
  return lost || message.text().startsWith(`Access to fetch at '${demo.vendor}/s/`)
}

/** Windows that no test uses at the moment: to open one, or to load the page, takes longer than most tests. */
const free = []

async function openWindow() {
  const context = await browser.newContext({ locale: 'en-CA' })
  context.setDefaultTimeout(PATIENCE)
  return new Visitor(await context.newPage())
}

/**
 * The demo in a window of its own, which has a simulated vendor of its own. A window that another test has left is
 * taken as that left it, its flow cancelled, its form as at first and its vendor, too; `anew` loads the page, before
 * the test and after it. Whatever the test is about, the page itself must not go wrong, and neither answers nor
 * credentials may arrive twice.
 */
export async function visit(t, { width = 1280, height = 900, colorScheme = 'light', anew = false } = {}) {
  const visitor = free.pop() ?? (await openWindow())
  const { page } = visitor
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  const problems = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message)) problems.push(message.text())
  })
  t.after(async () => {
    const counts = await visitor.counts()
    visitor.isSpoilt = anew || problems.length > 0
    await leaveWindow(visitor)
    assert.deepEqual(problems, [], 'the page itself does not go wrong')
    assert.ok(!counts?.answersRepeated && !counts?.credentialsRepeated, 'nothing submitted arrives twice')
  })
  if (anew || visitor.isSpoilt) await visitor.load()
  else await visitor.startAfresh()
  return visitor
}

async function leaveWindow(visitor) {
  const { page } = visitor
  for (const event of ['pageerror', 'console', 'request', 'response']) page.removeAllListeners(event)
  const others = page
    .context()
    .pages()
    .filter((other) => other !== page)
  await Promise.all(others.map((other) => other.close()))
  free.push(visitor)
}

/** Runs in the page: the setup as it was at first, then each control of these names as it is wanted, and Start. */
function setUp([wanted, starts]) {
  const setup = document.querySelector('#setup')
  const changes = (control) => control.dispatchEvent(new Event('change', { bubbles: true }))
  setup.reset()
  for (const details of document.querySelectorAll('details')) details.open = false
  changes(setup.elements.vendor[0])
  for (const [name, value] of wanted.filter(([, value]) => value !== undefined)) {
    const controls = [...setup.querySelectorAll(`[name="${name}"]`)]
    const control = controls.find((control) => control.type !== 'radio' || control.value === value)
    if (!control) throw new Error(`there is no ${value} as ${name}`)
    const details = control.closest('details')
    if (details) details.open = true
    if (control.matches('select')) changes(Object.assign(control, { value }))
    else if (control.checked !== Boolean(value)) control.click()
    // What is disabled, the form does not have.
    const form = new FormData(setup)
    const has = typeof value === 'boolean' ? form.has(name) : form.get(name)
    if (has !== value || !control.checkVisibility()) throw new Error(`nobody can choose ${value} as ${name}`)
  }
  if (starts) document.querySelector('#start').click()
}

/** A person before the page. */
class Visitor {
  constructor(page) {
    this.page = page
    this.round = page.locator('#round')
    this.challenges = page.locator('#round .challenge')
    this.send = page.locator('#round [type="submit"]')
    this.outcome = page.locator('#outcome')
    this.focused = page.locator(':focus')
    this.connect = page.frameLocator('#bank iframe')
    /** Whether the page has to be loaded before it is used again. */
    this.isSpoilt = true
  }

  /** Loads the page in a window that has forgotten what it kept. */
  async load() {
    if (this.page.url() !== 'about:blank') {
      await this.page.evaluate(() => {
        // A flow that is still under way there must not be kept after all.
        Storage.prototype.setItem = () => {}
        sessionStorage.clear()
      })
    }
    await this.page.goto(demo.url)
    await this.ready()
  }

  /** Takes the page as the last test left it back to how it was at first. */
  async startAfresh() {
    await this.page.evaluate(() => {
      document.querySelector('#cancel')?.click()
      document.querySelector('#problem').hidden = true
    })
    await this.control({ reset: true, cors: true, rules: {}, connect: { misbehave: null, returnsTag: true } })
    await this.setUp()
    await this.reaches('new')
  }

  ready() {
    return this.page.locator('body[data-ready]').waitFor()
  }

  async reload() {
    await this.page.reload()
    await this.ready()
  }

  /** Chooses somebody by hand, whose group may have to be opened first. */
  async choose(username) {
    const input = this.page.locator(`input[name="person"][value="${username}"]`)
    const group = this.page.locator('#people details', { has: input })
    if ((await group.getAttribute('open')) === null) await group.locator('summary').click()
    await input.check()
  }

  /**
   * Chooses somebody and all that the form's controls have these names for, the rest as it was at first, and starts.
   * `fault` is what goes wrong, and with which call. All at once, as pointing takes longer than most flows; that a
   * hand can work each control, the tests of the form say.
   */
  start(person, { vendor, home, mode, fault: [fault, on] = [], ...more } = {}) {
    return this.setUp({ vendor, home, mode, person, ...more, fault, on }, true)
  }

  async setUp(wanted = {}, starts = false) {
    await this.page.locator('#setup-fields:enabled').waitFor()
    await this.page.evaluate(setUp, [Object.entries(wanted), starts])
  }

  press(id) {
    return this.page.locator(id).click()
  }

  /** Waits for a state of the flow. */
  reaches(state) {
    return this.page.locator(`body[data-state="${state}"]`).waitFor()
  }

  /** Waits for the nth round. */
  asked(number = 1) {
    return this.page.locator(`#round[data-round="${number}"]`).waitFor()
  }

  /** The only text field of the nth round. */
  field(number = 1) {
    return this.page.locator(`#round[data-round="${number}"]`).getByLabel(/^Your (answer|code)$/)
  }

  type(text, number) {
    return this.field(number).fill(text)
  }

  async answer(text, number) {
    await this.type(text, number)
    await this.field(number).press('Enter')
  }

  /** Ticks what bears these labels, and sends the form. */
  async tick(...labels) {
    for (const label of labels) await this.round.getByLabel(label).check()
    await this.send.click()
  }

  /** Answers Connect, in its frame or as the whole page. */
  async answerConnect(text, connect = this.connect, label = 'Your answer') {
    await connect.getByLabel(label).fill(text)
    await connect.getByLabel(label).press('Enter')
  }

  async signIn(username, connect = this.connect) {
    await connect.getByLabel('Username').fill(username)
    await this.answerConnect('Everyday', connect, 'Password')
  }

  /** What the page believed of what the frame said, in order, and how much it refused, by reason. */
  heard() {
    return this.page.locator('#heard').evaluate((heard) => ({
      said: [...heard.querySelectorAll('[data-said]')].map(({ dataset }) => dataset.said),
      refused: Object.fromEntries(
        [...heard.querySelectorAll('[data-reason]')].map(({ dataset }) => [dataset.reason, Number(dataset.count)]),
      ),
    }))
  }

  /** Lets the wait for the vendor pass, by the button of this id, until the flow has looked again. */
  async hurry(id = '#skip') {
    await this.reaches('waiting')
    const calls = await this.page.locator(id).evaluate((button) => {
      const { length } = document.querySelectorAll('#wire > li')
      button.click()
      return length
    })
    await this.page.locator('#wire > li').nth(calls).waitFor()
  }

  /** Waits for the end, and reads it: `ending` and each fact. */
  async ended() {
    await this.outcome.waitFor()
    return this.outcome.evaluate((outcome) => {
      const facts = [...outcome.querySelectorAll('[data-fact]')]
      return {
        ending: outcome.dataset.ending,
        advice: outcome.querySelector('.advice .head').textContent,
        ...Object.fromEntries(facts.map((fact) => [fact.dataset.fact, fact.querySelector('dd').textContent])),
      }
    })
  }

  /** The log of the wire, oldest first. */
  log() {
    return this.page.locator('#wire').evaluate((wire) =>
      [...wire.children].reverse().map((entry) => ({
        ...entry.dataset,
        sent: entry.querySelector('[aria-label="Sent"]')?.textContent ?? '',
      })),
    )
  }

  /** How each call to the vendor went, oldest first, the probes left out. */
  async calls() {
    const calls = (await this.log()).filter(({ to, outcome }) => to === 'vendor' && outcome !== 'probe')
    return calls.map(({ outcome, status }) => (status === undefined ? outcome : `${outcome} ${status}`))
  }

  /** What this window keeps for a reload. */
  async kept() {
    return JSON.parse(await this.page.evaluate(() => sessionStorage.getItem('bank-mfa-demo') ?? '{}'))
  }

  /** What the simulated vendor has received; it has heard of nobody before the first flow. */
  async counts() {
    const { session } = await this.kept()
    return session && ask(`${session}/control/counts`)
  }

  /** Waits until the vendor has received one of these. */
  async received(what) {
    while (!(await this.counts())?.[what]);
  }

  /** Asks something of this window's simulated vendor in the middle of a flow. */
  async control(wish) {
    const { session } = await this.kept()
    await fetch(`${demo.vendor}/s/${session}/control`, { method: 'POST', body: JSON.stringify(wish) })
  }

  /** Another tab, with a copy of what this one keeps. */
  async second() {
    const opened = this.page.context().waitForEvent('page')
    await this.press('#second')
    const visitor = new Visitor(await opened)
    await visitor.ready()
    return visitor
  }
}
