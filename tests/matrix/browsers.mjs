/**
 * The three browsers behind one small interface: `open(url)`, `run(name, ...args)` calls a function of app/page.mjs,
 * `press(key)` and `type(text)` are the keyboard, `close()`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { startBrowser } from '../lib/browser.mjs'
import { after } from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { NotHere, isListing } from './matrix.mjs'

const LIMIT_MS = 30_000

/** What ends after the tests, the newest first. */
const closers = []
if (!isListing) {
  after(async () => {
    for (const close of closers.reverse()) await close()
  })
}

/** The path of a program that a shell script of tests/tools installs. */
function program(variable, path, name) {
  const file = process.env[variable] ?? path
  if (!existsSync(file)) throw new NotHere(`Debian's package ${name} is not installed: there is no ${file}`)
  return file
}

/** Calls a function of the page. Its text is sent to the page. */
const inPage = ([name, args]) => window.matrix[name](...args)

/** What a test does with a page of playwright-core or of puppeteer-core. */
const controls = (page) => ({
  async open(url) {
    await page.goto(url)
    await page.waitForFunction(() => document.title === 'ready')
  },
  run: (name, ...args) => page.evaluate(inPage, [name, args]),
  press: (key) => page.keyboard.press(key),
  type: (text) => page.keyboard.type(text),
})

async function chromium() {
  program('CHROMIUM', '/usr/bin/chromium', 'chromium')
  const browser = await startBrowser()
  closers.push(() => browser.close())
  const page = await browser.newPage()
  return {
    version: browser.version(),
    ...controls(page),
  }
}

/** Over WebDriver BiDi, which Firefox itself speaks. */
async function firefox() {
  const executablePath = program('FIREFOX', '/usr/bin/firefox-esr', 'firefox-esr')
  const { default: puppeteer } = await import('puppeteer-core')
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true })
  closers.push(() => browser.close())
  const page = await browser.newPage()
  return {
    version: (await browser.version()).replace(/^firefox\//i, ''),
    ...controls(page),
  }
}

/** WebKitGTK's MiniBrowser, over classic WebDriver, on a virtual screen. */
async function webkit() {
  const xvfb = program('XVFB', '/usr/bin/Xvfb', 'xvfb')
  const driver = program('WEBKIT_DRIVER', '/usr/bin/WebKitWebDriver', 'webkit2gtk-driver')
  const { Builder, Key } = await import('selenium-webdriver')

  const screen = start(xvfb, ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const [display] = await once(createInterface({ input: screen.stdio[3] }), 'line')
  const port = await freePort()
  start(driver, [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: `:${display}`, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1' },
  })
  const server = `http://127.0.0.1:${port}`
  await until(
    () =>
      fetch(`${server}/status`).then(
        ({ ok }) => ok,
        () => false,
      ),
    'WebKitWebDriver listens',
  )

  const browser = await new Builder()
    .usingServer(server)
    .withCapabilities({ browserName: 'MiniBrowser', timeouts: { script: LIMIT_MS } })
    .build()
  closers.push(() => browser.quit())
  const version = (await browser.getCapabilities()).get('browserVersion')
  const keys = (...all) =>
    browser
      .actions()
      .sendKeys(...all)
      .perform()
  return {
    version: `WebKitGTK ${version}`,
    async open(url) {
      await browser.get(url)
      await browser.wait(async () => (await browser.getTitle()) === 'ready', LIMIT_MS)
    },
    async run(name, ...args) {
      const { error, value } = await browser.executeAsyncScript(
        `const [name, args, done] = arguments
        Promise.resolve(window.matrix[name](...args)).then((value) => done({ value }), (error) => done({ error: String(error) }))`,
        name,
        args,
      )
      if (error) throw new Error(error)
      return value
    },
    press: (key) => keys(Key[key.toUpperCase()]),
    type: (text) => keys(text),
  }
}

export const BROWSERS = { Chromium: chromium, Firefox: firefox, WebKit: webkit }

/** Starts a program that ends with this process. */
function start(file, args, options) {
  const child = spawn(file, args, options)
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  closers.push(kill)
  return child
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
