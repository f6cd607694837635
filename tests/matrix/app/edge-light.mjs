/** The program in Vercel's edge runtime: a request names the address of the bank. */
import { runProgram } from './program.mjs'

addEventListener('fetch', (event) => {
  const address = new URL(event.request.url).searchParams.get('bank')
  event.respondWith(runProgram(address).then((results) => Response.json(results)))
})
