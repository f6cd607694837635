import { randomUUID } from 'node:crypto'
import react from '@vitejs/plugin-react'
import { nodeHandler } from 'bank-mfa/edge'
import { defineConfig } from 'vite'
import { mfa, origin, port, userOf } from './edge.js'

/** Runs the edge in Vite's own server. For production, see ../express-postgres or ../hono-cloudflare. */
const edgePlugin = {
  name: 'edge',
  configureServer: ({ middlewares }) => serveEdge(middlewares),
  configurePreviewServer: ({ middlewares }) => serveEdge(middlewares),
}

function serveEdge(middlewares) {
  middlewares.use('/mfa', nodeHandler(mfa))
  middlewares.use((request, response, next) => {
    if (!userOf(request.headers.cookie)) {
      const secure = origin.startsWith('https:') ? '; Secure' : ''
      response.setHeader('set-cookie', `session=${randomUUID()}; Path=/; HttpOnly; SameSite=Lax${secure}`)
    }
    next()
  })
}

const headers = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}

export default defineConfig({
  plugins: [react(), edgePlugin],
  server: { port, strictPort: true },
  preview: { port, strictPort: true, headers },
})
