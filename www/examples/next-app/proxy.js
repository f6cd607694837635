/** Gives each page a Content-Security-Policy with a nonce, and each visitor a session. */
import { NextResponse } from 'next/server'

export const config = { matcher: '/((?!_next/|mfa/).*)' }

export function proxy(request) {
  const nonce = btoa(crypto.randomUUID())
  // The tools of `next dev` need more.
  const isDevelopment = process.env.NODE_ENV === 'development'
  const policy = [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic' ${isDevelopment ? "'unsafe-eval'" : ''}`,
    `style-src 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy) // Next reads the nonce here.
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  if (!request.cookies.has('session')) {
    const secure = process.env.ORIGIN?.startsWith('https:')
    response.cookies.set('session', crypto.randomUUID(), { httpOnly: true, sameSite: 'lax', secure })
  }
  return response
}
