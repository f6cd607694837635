import type { FetchResponse, Send } from './host.js'
import { send as sendInWasm } from '../wasm/bank_mfa.js'

/** Sends a request, and reads the response's body into wasm. */
export const send: Send = ({ method, url, body }, headers, signal, fetch) => {
  const init = { method, headers, body, redirect: 'manual' as const, signal }
  const hostFetch = fetch && (async () => toResponse(await fetch(url, init)))
  return sendInWasm(method, url, new Headers(headers), body, signal, hostFetch)
}

/** Converts the response of another realm, or of another library's fetch, to this realm's `Response`. */
async function toResponse(response: FetchResponse): Promise<Response> {
  if (response instanceof Response) return response
  const { status, headers } = response
  if (status === 0) return Response.error()
  const body = [204, 205, 304].includes(status) ? null : await response.arrayBuffer()
  return new Response(body, { status, headers: Object.fromEntries(headers) })
}
