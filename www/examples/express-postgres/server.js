/** A server with pages. It runs the flows and stores them in PostgreSQL. */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { edge, nodeHandler, postgres } from 'bank-mfa/edge'
import { bank, newLoginId } from './bank.js'
import { query } from './database.js'

const port = process.env.PORT ?? 3000
const origin = process.env.ORIGIN ?? `http://localhost:${port}`
const sessionOf = (cookie) => /(?:^|; )session=([\w-]+)/.exec(cookie)?.[1] ?? null

const mfa = edge({
  origins: [origin],
  // Each visitor is a user of their own, with a random id. Replace it by your own sign-in.
  authenticate: (request) => sessionOf(request.headers.get('cookie')),
  async resolve(user, id) {
    const { rows } = await query('SELECT login_id FROM connections WHERE user_id = $1 AND id = $2', [user, id])
    if (rows.length === 0) return null
    const { host, secretKey } = bank
    const flow = { kind: 'reconnect', params: { loginId: rows[0].login_id, presentation: 'form' } }
    return { vendor: 'flinks', host, secretKey, flow }
  },
  async onFlowEnded({ user, connection, result }) {
    const update = 'UPDATE connections SET request_id = $3 WHERE user_id = $1 AND id = $2'
    if (result) await query(update, [user, connection, result.requestId])
  },
  onError: (error) => console.error(error.message),
  seal: process.env.SEAL_KEYS,
  store: postgres(query),
  fetch: bank.fetch,
})

setInterval(() => mfa.sweep(), 30_000) // continues the flows whose page is closed

const app = express()
app.disable('x-powered-by')
app.use('/mfa', nodeHandler(mfa))

app.use((request, response, next) => {
  response.set({
    'content-security-policy':
      "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  })
  next()
})

app.get('/', async (request, response, next) => {
  if (!sessionOf(request.headers.cookie)) {
    const [user, loginId] = [randomUUID(), newLoginId()]
    if (loginId) await query('INSERT INTO connections VALUES ($1, $2, $3)', [user, 'chequing', loginId])
    response.cookie('session', user, { httpOnly: true, sameSite: 'lax', secure: origin.startsWith('https:') })
  }
  next()
})
app.use(express.static(fileURLToPath(new URL('public', import.meta.url))))
app.use('/bank-mfa', express.static(fileURLToPath(new URL('..', import.meta.resolve('bank-mfa/remote')))))

app.listen(port, () => console.log(`Open ${origin}`))
