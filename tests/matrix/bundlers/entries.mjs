/** The columns of a bundler: the app of apps/ that uses an entry, and what a bundle of that app contains and does. */
import assert from 'node:assert/strict'
import { launch } from '../../lib/browser.mjs'
import { isListing } from '../matrix.mjs'

const browser = isListing ? undefined : await launch()

/**
 * The apps for pages. `wasms` are the copies of each wasm in the bundle, `file` is the wasm that the app loads itself, `act` is
 * what the person does, and `title` the title of the page at the end.
 */
export const PAGES = {
  both: { wasms: { bank_mfa: 1 } },
  flinks: { wasms: { flinks: 1 } },
  mx: { wasms: { mx: 1 } },
  slim: { wasms: { flinks: 1 }, file: 'bank-mfa/flinks.wasm' },
  'mx-slim': { wasms: { mx: 1 }, file: 'bank-mfa/mx.wasm' },
  remote: { wasms: {} },
  connect: { wasms: {}, act: answerInIframe },
  element: { wasms: {}, act: answerInElement },
  react: { wasms: {}, act: answerInElement },
  texts: { wasms: {}, title: 'Votre accès est désactivé' },
}

/** The apps for servers. */
export const SERVERS = { calls: { wasms: { calls: 1 } }, edge: { wasms: { bank_mfa: 1 } } }

async function answerInElement(page) {
  await page.getByRole('button', { name: 'Connect your bank' }).click()
  await page.getByRole('textbox').fill('Montreal')
  await page.keyboard.press('Enter')
}

async function answerInIframe(page) {
  const field = page.frameLocator('iframe').getByLabel('Your answer')
  await field.fill('Montreal')
  await field.press('Enter')
}

/** Opens a page in Chromium, and follows its flow to the end. Returns the scripts and wasms that the page loaded. */
export async function finish(t, url, { act, title = 'done' }) {
  const page = await browser.newPage()
  t.after(() => page.close())
  page.setDefaultTimeout(20_000)
  const [errors, loaded] = [[], []]
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    // Chromium asks for an icon, and reports the status of the probe that comes before a flow to another origin.
    const { origin, pathname } = new URL(message.location().url || url)
    const isExpected = pathname === '/favicon.ico' || origin !== new URL(url).origin
    if (message.type() === 'error' && !isExpected) errors.push(message.text())
  })
  page.on('response', (response) => {
    if (/\.(m?js|wasm)$/.test(new URL(response.url()).pathname)) loaded.push(response.body())
  })
  await page.goto(url)
  await act?.(page)
  const ended = page.waitForFunction(() => document.title !== '')
  await ended.catch(({ message }) => assert.fail([message, ...errors].join('\n')))
  assert.deepEqual([await page.title(), errors], [title, []])
  return Promise.all(loaded)
}
