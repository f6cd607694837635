/** Debian's Chromium, for tests: also as root, and calling nobody by itself. */
import { after } from 'node:test'
import { chromium } from 'playwright-core'

let launched

/** The browser of this process, which ends with its tests. To be called while test files load. */
export function launch() {
  if (launched) return launched
  launched = chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })
  after(async () => (await launched).close())
  return launched
}
