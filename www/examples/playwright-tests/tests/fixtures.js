/** Your app in a browser, with the simulator in place of Flinks. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test as base } from '@playwright/test'
import { simulator } from 'bank-mfa/simulator'
import { createApp } from '../app.js'

export { expect } from '@playwright/test'

const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }

export const test = base.extend({
  /** Each test has a simulator of its own. Its virtual time passes at once while the app waits for the bank. */
  bank: async ({}, use) => use(simulator()),

  /** How the bank's questions are shown: in a form of the page, or in the iframe of Connect. */
  presentation: ['form', { option: true }],

  /** Your app. The name of a connection is the name of a person of the simulator. */
  baseURL: async ({ bank, presentation }, use) => {
    const server = createServer()
    await once(server.listen(0, 'localhost'), 'listening')
    const origin = `http://localhost:${server.address().port}`
    const findLoginId = async (user, id) => bank.loginId(id)
    const { secretKey, fetch, clock } = bank
    server.on('request', createApp({ origin, bank: { host, secretKey, fetch, clock }, findLoginId, presentation }))
    await use(origin)
    server.closeAllConnections()
    server.close()
  },

  /** The browser gets Connect from the simulator, too. */
  page: async ({ bank, page }, use) => {
    await page.route('https://toolbox-iframe.private.fin.ag/**', async (route) => {
      const request = route.request()
      const init = { method: request.method(), headers: request.headers(), body: request.postDataBuffer() }
      const reply = await bank.fetch(request.url(), init)
      const body = Buffer.from(await reply.arrayBuffer())
      await route.fulfill({ status: reply.status, headers: Object.fromEntries(reply.headers), body })
    })
    await use(page)
  },
})
