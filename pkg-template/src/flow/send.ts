import type { FetchResponse, Send } from './host.js'
import { send as call } from '../wasm/bank_mfa.js'

/** Makes a call, and takes the reply's body into wasm. */
export const send: Send = ({ method, url, body }, headers, signal, fetch) => {
  const init = { method, headers, body, redirect: 'manual' as const, signal }
  const own = fetch && (async () => toResponse(await fetch(url, init)))
  return call(method, url, new Headers(headers), body, signal, own)
}

/** A response of another realm, or of another library's fetch, as one of ours. */
async function toResponse(response: FetchResponse): Promise<Response> {
  if (response instanceof Response) return response
  const { status, headers } = response
  if (status === 0) return Response.error()
  const body = [204, 205, 304].includes(status) ? null : await response.arrayBuffer()
  return new Response(body, { status, headers: Object.fromEntries(headers) })
}
