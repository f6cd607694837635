/** Serves the pages and the edge. */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { nodeHandler } from 'bank-mfa/edge'
import { mfa, origin, port, userOf } from './edge.js'

const app = express()
app.disable('x-powered-by')
app.use('/mfa', nodeHandler(mfa))
app.use((request, response, next) => {
  // A `meta` element cannot say who may frame the page.
  response.set({ 'content-security-policy': "frame-ancestors 'none'", 'x-content-type-options': 'nosniff' })
  next()
})
app.get('/', (request, response, next) => {
  if (!userOf(request.headers.cookie)) {
    response.cookie('session', randomUUID(), { httpOnly: true, sameSite: 'lax', secure: origin.startsWith('https:') })
  }
  next()
})
app.use(express.static(fileURLToPath(new URL('public', import.meta.url))))
app.use('/bank-mfa', express.static(fileURLToPath(new URL('..', import.meta.resolve('bank-mfa/remote')))))
app.listen(port, () => console.log(`Open ${origin}`))
