import { problem } from '../problem.js'

/** The origin with which `bank-mfa doctor` asks whether foreign origins are refused. No page can have it. */
export const DOCTOR_ORIGIN = 'https://bank-mfa-doctor.invalid'

/**
 * Refuses a request that a page of another origin sent. Browsers name the page's origin in every request that could do
 * harm. Your own servers send no origin.
 */
export function checkOrigin(request: Request, origins: string[], onRefused: (origin: string | null) => void): void {
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  if (origin !== null ? origins.includes(origin) : site === null || site === 'same-origin') return
  onRefused(origin)
  throw problem('FORBIDDEN')
}

/** Whether a text is an origin as browsers send it. */
export function isOrigin(text: unknown): boolean {
  try {
    return new URL(text as string).origin === text
  } catch {
    return false
  }
}
