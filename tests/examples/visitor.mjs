/** A visitor of an example: connects the bank in Chromium, as the example's page asks. */
import assert from 'node:assert/strict'
import { launch } from '../lib/browser.mjs'

const browser = await launch()

/** Opens the page of an example. `t` fails if the page has an error or breaks its Content-Security-Policy. */
export async function visit(t, url) {
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const errors = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    // Chromium asks for an icon, which the examples do not have.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) errors.push(message.text())
  })
  t.after(() => assert.deepEqual(errors, [], 'the page has no errors'))
  await page.goto(url)
  return { page, context, element: page.locator('bank-mfa') }
}

/** Sends the code to a phone, types a wrong code and then the right one. */
export async function connect({ element }) {
  await element.getByRole('button', { name: 'Connect your bank' }).click()
  await element.getByRole('radio', { name: '4821' }).check()
  await element.getByRole('radio', { name: 'Text' }).check()
  await element.getByRole('button', { name: 'Send' }).click()
  const code = element.getByRole('textbox', { name: 'code' })
  await code.fill('000000')
  await element.getByRole('button', { name: 'Send' }).click()
  await element.getByText('Your bank did not accept this answer').waitFor()
  await code.fill('123456')
  await element.getByRole('button', { name: 'Send' }).click()
  await element.getByText('Your bank is connected.').waitFor()
}

/**
 * Checks the defaults of an example: other visitors and origins are refused, the cookie is protected, no other page frames
 * the page, and it runs no inline script.
 */
export async function checkDefaults({ context, element }, url) {
  const [cookie] = await context.cookies()
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.sameSite], ['session', true, 'Lax'])
  const start = async (connection, headers) => {
    const body = JSON.stringify({ connection })
    const sent = await fetch(`${url}/mfa/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
    const { code, step } = await sent.json()
    return code ?? step?.kind
  }
  const session = { cookie: `session=${cookie.value}` }
  const { headers } = await fetch(url, { headers: session })
  assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
  assert.equal(await start('chequing', { origin: url }), 'UNAUTHENTICATED')
  assert.equal(await start('chequing', { origin: 'https://elsewhere.example', ...session }), 'FORBIDDEN')
  assert.equal(await start('not-mine', { origin: url, ...session }), 'NOT_FOUND')
  const flow = await element.evaluate(({ flow }) => flow.id)
  const stranger = await fetch(`${url}/mfa/flows/${flow}`, { headers: { cookie: 'session=somebody-else' } })
  assert.equal(stranger.status, 404)
  const page = await context.newPage()
  await page.goto(url)
  const blocked = await page.evaluate(() => {
    const violation = new Promise((resolve) => addEventListener('securitypolicyviolation', resolve, { once: true }))
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="alert(1)">')
    return violation.then(({ effectiveDirective }) => effectiveDirective)
  })
  assert.equal(blocked, 'script-src-attr')
}
