/** `bank-mfa doctor`: says what is wrong with the configuration of an edge. */
import type { Command } from '../command.js'

export const doctor: Command = {
  usage: '[folder]',
  summary: 'check the configuration of an edge',
  details: `Checks an edge, and says what is wrong and what to do. It prints no secret, and changes nothing.

Without --url it checks the folder of an edge that \`init edge\` has made, by default this one: the
variables, the exports of app.js and how they behave, and whether your back end, Flinks, MX and
PostgreSQL reply. It reads the variables from wrangler.jsonc and .dev.vars, or from --vars. A variable
of the environment replaces both. It runs app.js, sends Flinks a GET without a key, and asks MX for a
member that does not exist.

With --url it checks an edge that runs: CORS for your pages, sign-in, webhooks and the clock.

Exit code 0: no errors. 1: an error. 2: wrong arguments.`,
  options: {
    url: { value: '<url>', help: 'address of an edge that runs: https://edge.example for https://edge.example/flows' },
    origin: { value: '<origin>', help: 'origin of your page, such as https://app.example; can be given several times' },
    vars: { value: '<file>', help: 'variables to check, instead of wrangler.jsonc and .dev.vars' },
    json: { help: 'print JSON: { ok, findings: [{ check, status, message, fix }] }' },
  },
  maxArguments: 1,

  // Loaded only if needed: it brings the flows and the calls, with their wasm.
  run: async (values, args) => (await import('./run.js')).runDoctor(values, args),
}
