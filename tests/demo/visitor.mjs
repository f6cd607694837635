/** A person in front of the demo page: what tests do there, and what they read from it. */
import { until } from '../lib/until.mjs'

const WAIT_LIMIT_MS = 20_000

export const ENDED = '#step:is([data-kind="done"], [data-kind="failed"])'

export class Visitor {
  #demo

  constructor(page, demo) {
    this.#demo = demo
    this.page = page
    /** What the person sees. Locators reach into the element's open shadow root. */
    this.element = page.locator('bank-mfa')
    this.round = this.element.locator('form')
    this.challenges = this.element.locator('[part="challenge"]')
    this.sendButton = this.round.getByRole('button', { name: /^(Send|Envoyer|Enviar)$/ })
    this.cancelButton = this.element.getByRole('button', { name: 'Cancel' })
    this.title = this.element.getByRole('heading')
    /** The current step, as the page shows it to developers. */
    this.step = page.locator('#step')
    this.focused = page.locator(':focus')
    this.frame = this.element.locator('iframe')
    this.connect = page.frameLocator('bank-mfa iframe')
    /** Whether the page must be loaded before the next test. */
    this.needsLoad = true
  }

  // Loading and setting up -------------------------------------------------------------------------

  /** Loads the page with an empty session storage. */
  async load() {
    if (this.page.url() !== 'about:blank') {
      await this.page.evaluate(() => {
        // A flow that still runs must not store itself again.
        Storage.prototype.setItem = () => {}
        sessionStorage.clear()
      })
    }
    await this.page.goto(this.#demo.url)
    await this.waitUntilReady()
  }

  /** Cancels the flow and resets the page and its vendor, without loading the page. */
  async reset() {
    await this.page.evaluate(async () => {
      // The page leaves its flow if its address changes.
      for (const address of ['#flinks/multiple_choice', '#flinks/Greatday']) {
        if (location.hash === address) continue
        const changed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }))
        location.hash = address
        await changed
      }
    })
    await this.controlVendor({ reset: true, cors: true, rules: {}, connect: { misbehave: null, returnsTag: true } })
    await this.waitForState('idle')
  }

  waitUntilReady() {
    return this.page.locator('body[data-ready]').waitFor()
  }

  async reload() {
    await this.page.reload()
    await this.waitUntilReady()
  }

  /**
   * Fills in the setup form and presses Start. Controls that are not named have their defaults. `fault` is the fault
   * and the call that it fails. Done in one step, because clicking takes longer than most flows; form.test.mjs shows
   * that the mouse and the keyboard work, too.
   */
  start(person, { vendor, runtime, mode, fault: [fault, on] = [], ...more } = {}) {
    return this.setUp({ vendor, runtime, mode, person, ...more, fault, on }, true)
  }

  async setUp(values = {}, pressStart = false) {
    await this.page.locator('#setup-fields:enabled').waitFor({ state: 'attached' })
    await this.page.evaluate(fillSetupForm, [Object.entries(values), pressStart])
  }

  /** Selects a person with the mouse. */
  async selectPerson(username) {
    const input = this.page.locator(`input[name="person"][value="${username}"]`)
    const group = this.page.locator('#people details', { has: input })
    if ((await group.getAttribute('open')) === null) await group.locator('summary').click()
    await input.check()
  }

  /** Opens a second tab with a copy of this tab's session storage. */
  async openSecondTab() {
    const opened = this.page.context().waitForEvent('page')
    await this.click('#second-tab')
    const visitor = new Visitor(await opened, this.#demo)
    await visitor.waitUntilReady()
    return visitor
  }

  // Acting -----------------------------------------------------------------------------------------

  click(selector) {
    return this.page.locator(selector).click()
  }

  /** The only text field of a round. */
  get field() {
    return this.round.getByLabel(/^Your (answer|one-time code)/)
  }

  async answer(text, number) {
    await this.waitForRound(number)
    await this.field.fill(text)
    await this.field.press('Enter')
  }

  /** Checks the options with these labels, and sends the form. */
  async choose(...labels) {
    for (const label of labels) await this.round.getByLabel(label).check()
    await this.sendButton.click()
  }

  /** Answers in Connect, in the iframe or as the whole page. */
  async answerConnect(text, connect = this.connect, label = 'Your answer') {
    await connect.getByLabel(label).fill(text)
    await connect.getByLabel(label).press('Enter')
  }

  async signIn(username, connect = this.connect) {
    await connect.getByLabel('Username').fill(username)
    await this.answerConnect('Everyday', connect, 'Password')
  }

  // Waiting ----------------------------------------------------------------------------------------

  waitForState(state) {
    return this.page.locator(`body[data-state="${state}"]`).waitFor()
  }

  waitForRound(number = 1) {
    return this.page.locator(`#step[data-round="${number}"]`).waitFor({ state: 'attached' })
  }

  /** Waits until a counter of the vendor is above zero. */
  waitForVendor(counter) {
    const isCounted = async () => (await this.vendorCounts())?.[counter]
    return until(isCounted, `the vendor counts ${counter}`, { limitMs: WAIT_LIMIT_MS })
  }

  /** Skips one wait for the vendor, and waits for the poll after it. */
  async skipWait() {
    await this.waitForState('waiting')
    const requests = await this.page.locator('#skip-wait').evaluate((button) => {
      const { length } = document.querySelectorAll('#requests > li')
      button.click()
      return length
    })
    await this.page.locator('#requests > li').nth(requests).waitFor({ state: 'attached' })
  }

  /** Skips each wait, with this button, until an element matches. */
  async skipWaitsUntil(selector, button = '#skip-wait') {
    const skip = ([selector, button]) => {
      if (document.querySelector(selector)) return true
      // Once for each step and each request in the log.
      const skip = document.querySelector(button)
      const requests = String(document.querySelectorAll('#requests > li').length)
      if (!skip || skip.dataset.requests === requests) return false
      skip.dataset.requests = requests
      skip.click()
      return false
    }
    await until(() => this.page.evaluate(skip, [selector, button]), `an element matches ${selector}`, {
      limitMs: WAIT_LIMIT_MS,
    })
  }

  /** Skips each wait until the round is asked, the bank's window is offered, or the flow has ended. */
  skipWaits(number = 1) {
    return this.skipWaitsUntil(`#step[data-round="${number}"], #step[data-kind="redirect"], ${ENDED}`)
  }

  // Reading ----------------------------------------------------------------------------------------

  /**
   * Waits for the end of the flow. Reads `ending`, what the developer's code does next, the result or the failure, and
   * `retryMinutes` until a retry is allowed.
   */
  async readOutcome() {
    await this.page.locator(ENDED).waitFor({ state: 'attached' })
    const [advice, text] = await this.step.evaluate((step) => [
      step.querySelector('.advice .head').textContent,
      step.querySelector('[aria-label="Current step"]').textContent,
    ])
    const { kind: ending, result, failure } = JSON.parse(text)
    const { offsetMs = 0 } = await this.storedState()
    const retryMinutes = failure?.retryAt ? Math.round((failure.retryAt - Date.now() - offsetMs) / 60_000) : null
    return { ending, advice, ...result, ...failure, retryMinutes }
  }

  /** The kind and the vendor's type of each challenge. */
  challengeTypes() {
    return this.element.evaluate(({ flow }) =>
      flow.current.round.challenges.map(({ kind, vendorType }) => `${kind}, ${vendorType}`),
    )
  }

  /** The request log, oldest first. */
  requestLog() {
    return this.page.locator('#requests').evaluate((requests) =>
      [...requests.children].reverse().map((entry) => ({
        ...entry.dataset,
        sent: entry.querySelector('[aria-label="Sent"]')?.textContent ?? '',
      })),
    )
  }

  /** The outcome of each vendor call without the probes, oldest first. */
  async vendorCalls() {
    const calls = (await this.requestLog()).filter(({ to, outcome }) => to === 'vendor' && outcome !== 'probe')
    return calls.map(({ outcome, status }) => (status === undefined ? outcome : `${outcome} ${status}`))
  }

  /** The state that the window has stored for a reload. */
  async storedState() {
    return JSON.parse(await this.page.evaluate(() => sessionStorage.getItem('bank-mfa-demo') ?? '{}'))
  }

  // The simulated vendor ---------------------------------------------------------------------------

  /** The counts of what the vendor has received; undefined before the first flow. */
  async vendorCounts() {
    const { session } = await this.storedState()
    return session && (await fetch(`${this.#demo.vendor}/s/${session}/control/counts`)).json()
  }

  /** Changes this window's vendor during a flow. */
  async controlVendor(command) {
    const { session } = await this.storedState()
    await fetch(`${this.#demo.vendor}/s/${session}/control`, { method: 'POST', body: JSON.stringify(command) })
  }
}

/** Runs in the page: resets the setup form, sets each named control, and presses Start. */
function fillSetupForm([values, pressStart]) {
  const setup = document.querySelector('#setup')
  const dispatchChange = (control) => control.dispatchEvent(new Event('change', { bubbles: true }))
  setup.reset()
  for (const details of document.querySelectorAll('details')) details.open = false
  dispatchChange(setup.elements.vendor[0])
  // On a narrow screen the form opens on demand.
  document.querySelector('.setup').classList.add('open')
  for (const [name, value] of values.filter(([, value]) => value !== undefined)) {
    const controls = [...setup.querySelectorAll(`[name="${name}"]`)]
    const control = controls.find((control) => control.type !== 'radio' || control.value === value)
    if (!control) throw new Error(`no control ${name} with value ${value}`)
    const details = control.closest('details')
    if (details) details.open = true
    if (control.matches('select')) dispatchChange(Object.assign(control, { value }))
    else if (control.checked !== Boolean(value)) control.click()
    // The form data does not contain disabled controls.
    const form = new FormData(setup)
    const actual = typeof value === 'boolean' ? form.has(name) : form.get(name)
    if (actual !== value || !control.checkVisibility()) throw new Error(`cannot choose ${value} as ${name}`)
  }
  if (pressStart) document.querySelector('#start').click()
}
