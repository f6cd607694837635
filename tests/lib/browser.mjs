/** Chromium for tests: it runs as root, too, and makes no requests of its own. */
import { after } from './test.mjs'
import { chromium } from 'playwright-core'

/** Starts a browser, which the caller closes. */
export const startBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })

let launched

/** The browser of this process, which is closed after the tests. Call it while a test file loads. */
export function launch() {
  if (launched) return launched
  launched = startBrowser()
  after(async () => (await launched).close())
  return launched
}
