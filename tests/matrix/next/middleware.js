import { run } from './apps/flinks.js'

export const config = { matcher: '/middleware' }

/** Runs a flow in Next's edge runtime. */
export async function middleware() {
  await run(JSON.parse(process.env.SETUP).address)
  return new Response('done')
}
