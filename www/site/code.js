/**
 * The chosen flow as code to copy. Each file is complete: it compiles under strict TypeScript and runs as it is, against
 * the simulator, or against the vendor if the person answers on a page that only a server can show.
 */
import { flinksFlow, mxParams } from './connection.js'
import { print, printCall, raw } from './print-code.js'

const CUSTOMER_ID = '43387ca6-0391-4c82-857d-70d95f087ecb'

/** A parameter with this value can be left out. */
const DEFAULTS = {
  flinks: { language: 'en', presentation: 'iframe', async: false },
  mx: { presentation: 'form' },
}

/**
 * @param {object} choices as `readChoices` returns them
 * @param {object} person the chosen person of the simulator
 * @returns {{ file: string, about: string, text: string }[]}
 */
export function codeOf(choices, person) {
  const flow = describe(choices, person)
  if (choices.runtime === 'edge') return [edgeFile(flow, choices), edgePageFile(choices)]
  const files = [pageFile(flow, choices)]
  // Nothing can open a bank's page in a terminal.
  return flow.isSimulated ? [...files, terminalFile(flow, choices)] : files
}

/** The parts of the code: what is imported, prepared and called, and with which host options. */
function describe(choices, person) {
  return choices.vendor === 'mx' ? mxFlow(choices, person) : flinksCall(choices)
}

function flinksCall(choices) {
  const { person: name, mode, presentation, authorizeAsync } = choices
  const isSimulated = !['resume', 'link'].includes(mode) && (mode !== 'reconnect' || presentation === 'form')
  const known = { loginId: isSimulated ? raw(`bank.loginId(${print(name)})`) : 'YOUR-LOGIN-ID' }
  const credentials = { username: name, password: 'Everyday' }
  const language = choices.language === 'fr' ? 'fr' : 'en'
  const { kind, params } =
    mode === 'resume'
      ? { kind: 'resume', params: { requestId: 'YOUR-REQUEST-ID', ...known, language } }
      : flinksFlow({ ...known, ...credentials }, { ...choices, language })
  const config = {
    instance: 'toolbox',
    customerId: isSimulated ? CUSTOMER_ID : 'YOUR-CUSTOMER-ID',
    ...(authorizeAsync && { authorizeAsync }),
    ...(presentation === 'page' && { redirectUrl: 'https://app.example/connected' }),
  }
  const token = isSimulated ? raw('() => bank.token()') : raw('mintToken')
  const rules = authorizeAsync ? { rules: { authorizeAsync } } : {}
  return {
    ...{ vendor: 'flinks', isSimulated, rules, prepare: isSimulated ? [] : MINT_TOKEN },
    call: `flinks.${kind}`,
    params: withoutDefaults(params, DEFAULTS.flinks),
    host: { ...config, authorizeToken: token },
    connection: {
      vendor: 'flinks',
      host: config,
      secretKey: isSimulated ? raw('bank.secretKey') : 'YOUR-SECRET-KEY',
      flow: { kind, params: withoutDefaults(params, DEFAULTS.flinks) },
    },
  }
}

const MINT_TOKEN = [
  '// Your server mints one token for each session. It needs the secret key, which never reaches a page.',
  'async function mintToken() {',
  "  const reply = await fetch('/token', { method: 'POST' })",
  '  return reply.text()',
  '}',
]

function mxFlow(choices, { institutionCode, username, password, group }) {
  const { person: name, memberStart, widget } = choices
  const isSimulated = !widget && group !== 'oauth' && memberStart !== 'sign-in'
  const sends = username && ['create', 'update'].includes(memberStart)
  const ids = isSimulated
    ? { userGuid: raw('userGuid'), memberGuid: raw('memberGuid'), institutionCode }
    : { userGuid: 'YOUR-USER-GUID', memberGuid: 'YOUR-MEMBER-GUID', institutionCode }
  const { userGuid, memberGuid } = ids
  const target = memberStart === 'update' ? { memberGuid } : { institutionCode }
  const renewed = memberStart === 'update' ? 'Renewed' : password
  const credentials = raw(
    `[{ guid: login.guid, value: ${print(username)} }, { guid: secret.guid, value: ${print(renewed)} }]`,
  )
  const params = sends ? { userGuid, ...target, credentials } : mxParams(ids, choices)
  const used = ['userGuid', 'memberGuid'].filter((id) => id in params)
  const prepare = [`const { ${used.join(', ')} } = bank.mx.member(${print(name)})`]
  if (sends) prepare.push(...readCredentials(institutionCode))
  const keys = isSimulated
    ? { clientId: raw('bank.mx.key.clientId'), apiKey: raw('bank.mx.key.apiKey') }
    : { clientId: 'YOUR-CLIENT-ID', apiKey: 'YOUR-API-KEY' }
  const shown = withoutDefaults(params, DEFAULTS.mx)
  return {
    ...{ vendor: 'mx', isSimulated, rules: {}, prepare: isSimulated ? prepare : [] },
    call: 'mx.member',
    params: shown,
    host: { environment: 'integration', ...keys },
    connection: { vendor: 'mx', host: { environment: 'integration' }, ...keys, params: shown },
  }
}

const readCredentials = (institution) => [
  '',
  '// MX says which credentials the institution asks for.',
  'const { clientId, apiKey } = bank.mx.key',
  `const reply = await bank.fetch('https://int-api.mx.com/institutions/${institution}/credentials', {`,
  '  headers: {',
  "    accept: 'application/json',",
  "    'accept-version': 'v20250224',",
  '    authorization: `Basic ${btoa(`${clientId}:${apiKey}`)}`,',
  '  },',
  '})',
  'const [login, secret] = (await reply.json()).credentials',
]

function pageFile(flow, choices) {
  const { imports, set } = elementTexts(choices)
  const host = flow.isSimulated ? simulatedHost(flow) : flow.host
  const secret =
    flow.vendor === 'mx' ? ['// The keys are secrets of a server: with real ones, choose “At the edge”.'] : []
  return file('page.js', 'For a page: <bank-mfa> shows the form, the waiting and the ending.', [
    `import { ${flow.vendor} } from 'bank-mfa/${flow.vendor}'`,
    "import { BankMfaElement } from 'bank-mfa/element'",
    ...(flow.isSimulated ? ["import { simulator } from 'bank-mfa/simulator'"] : []),
    ...imports,
    '',
    ...(flow.isSimulated ? simulated(flow, choices) : flow.prepare),
    '',
    ...secret,
    'const start = () =>',
    `  ${printCall(flow.call, [flow.params, host], 2)}`,
    '',
    'const element = new BankMfaElement()',
    ...set,
    ...(flow.isSimulated ? ['element.clock = bank.clock'] : []),
    'element.start = start',
    'document.body.append(element)',
  ])
}

function terminalFile(flow, choices) {
  return file('terminal.js', 'For Node: node terminal.js asks the questions in the terminal.', [
    "import { createInterface } from 'node:readline/promises'",
    `import { ${flow.vendor} } from 'bank-mfa/${flow.vendor}'`,
    "import { simulator } from 'bank-mfa/simulator'",
    '',
    ...simulated(flow, choices),
    '',
    `const flow = ${printCall(flow.call, [flow.params, simulatedHost(flow)])}`,
    '',
    'const terminal = createInterface({ input: process.stdin, output: process.stdout })',
    'for await (const step of flow) {',
    "  if (step.kind !== 'challenge') continue",
    '  const answers = new FormData()',
    '  for (const challenge of step.round.challenges) {',
    '    console.log(challenge.prompt)',
    '    for (const field of challenge.fields) {',
    '      for (const [index, option] of field.options.entries()) console.log(`  ${index}: ${option.label}`)',
    '      const typed = await terminal.question(`${field.part}: `)',
    '      // A choice is answered by the id of its option. Several are separated by commas.',
    "      const chosen = field.options.length > 0 ? typed.split(',') : [typed]",
    '      for (const text of chosen) answers.append(field.name, field.options[Number(text)]?.id ?? text)',
    '    }',
    '  }',
    '  await step.answer(answers)',
    '}',
    'terminal.close()',
    'console.log(flow.current)',
  ])
}

function edgeFile(flow) {
  return file('edge.js', 'For your server: it has the keys, and runs the flow. Serve it under /mfa.', [
    "import { edge, memoryStore } from 'bank-mfa/edge'",
    ...(flow.isSimulated ? ["import { simulator } from 'bank-mfa/simulator'"] : []),
    '',
    ...(flow.isSimulated ? [...simulated(flow, {}, { realTime: true }), ''] : []),
    '/** Takes a Request and returns a Response. For Node: createServer(nodeHandler(handle)), also of bank-mfa/edge. */',
    'export const handle = edge({',
    "  origins: ['http://localhost:8000'], // your page's",
    '  store: memoryStore(), // for one process; postgres() for several',
    "  seal: { current: 'k1', keys: { k1: 'ZGVtb2RlbW9kZW1vZGVtb2RlbW9kZW1vZGVtb2RlbW8=' } }, // openssl rand -base64 32",
    "  authenticate: () => 'somebody', // your session: the user's id, or null",
    '  resolve(user, connection) {',
    "    if (connection !== 'chequing') return null // your own id of the bank connection",
    `    return ${print(flow.connection, 4)}`,
    '  },',
    ...(flow.isSimulated ? ['  fetch: bank.fetch,'] : []),
    '})',
    '',
    'export default { fetch: handle }',
  ])
}

function edgePageFile(choices) {
  const { imports, set } = elementTexts(choices)
  return file('page.js', 'For a page: it follows the flow at your edge, and has no key.', [
    "import { BankMfaElement } from 'bank-mfa/element'",
    "import { remote } from 'bank-mfa/remote'",
    ...imports,
    '',
    "const edge = remote('/mfa')",
    '',
    'const element = new BankMfaElement()',
    ...set,
    "element.start = () => edge.start({ connection: 'chequing' })",
    'document.body.append(element)',
  ])
}

/** The simulated bank, with the chosen fault. */
function simulated({ rules, prepare }, { fault }, options = {}) {
  const given = { ...options, ...rules }
  return [
    '// The simulated bank. Without it, and what is taken from it below, the flow calls the vendor.',
    `const bank = ${printCall('simulator', Object.keys(given).length > 0 ? [given] : [])}`,
    ...(fault ? [`bank.fault(${print(fault)})`] : []),
    ...prepare,
  ]
}

/** With the simulator's clock, no wait for the vendor takes time. */
const simulatedHost = ({ host }) => ({ ...host, fetch: raw('bank.fetch'), clock: raw('bank.clock') })

/** The element's texts, in another language than English. */
function elementTexts({ language }) {
  if (language === 'en') return { imports: [], set: [] }
  return { imports: [`import { ${language} } from 'bank-mfa/texts'`], set: [`element.texts = ${language}`] }
}

const withoutDefaults = (params, defaults) =>
  Object.fromEntries(Object.entries(params).filter(([key, value]) => value !== undefined && value !== defaults[key]))

const file = (name, about, lines) => ({ file: name, about, text: `${lines.join('\n')}\n` })
