/** The program as a worker of workerd: a request names the address of the bank. */
import { runProgram } from './program.mjs'

export default {
  async fetch(request) {
    return Response.json(await runProgram(new URL(request.url).searchParams.get('bank')))
  },
}
