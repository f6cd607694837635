/** Checks the values of the variables that the template reads. Sends nothing. */
import { flinks, mx } from '../../entries/calls.js'
import type { Environment } from './environment.js'
import { ok, problem, skipped, warning, type Finding } from './finding.js'

/** The customer of Flinks' public sandbox, whose instance is `toolbox`. */
const SANDBOX_CUSTOMER = '43387ca6-0391-4c82-857d-70d95f087ecb'

const NEW_KEY = 'Make a key with `openssl rand -base64 32`.'
const SEAL_SHAPE = `It looks like {"current":"k1","keys":{"k1":"…"}}. ${NEW_KEY}`

/** Checks the keys that encrypt the records, more closely than the edge does at its start. */
export function checkSealKeys({ SEAL_KEYS }: Environment): Finding[] {
  const check = 'SEAL_KEYS'
  if (!SEAL_KEYS) return [problem(check, 'is not set', SEAL_SHAPE)]
  const { current, keys } = parseSealKeys(SEAL_KEYS)
  if (typeof current !== 'string' || keys === null)
    return [problem(check, 'is not JSON with current and keys', SEAL_SHAPE)]
  const ids = Object.keys(keys)
  if (!ids.includes(current)) return [problem(check, 'current is not the id of one of the keys', SEAL_SHAPE)]
  const faults = ids.flatMap((id) => {
    if (!/^(?!\d+$)[\w-]{1,32}$/.test(id)) {
      return [
        problem(check, 'a key id is invalid', 'Use 1 to 32 letters, digits, - or _, not digits only, such as k1.'),
      ]
    }
    const fault = sealKeyFault(keys[id])
    return fault === null ? [] : [problem(check, `${id} ${fault}`, NEW_KEY)]
  })
  const plural = ids.length === 1 ? 'key' : 'keys'
  return faults.length > 0 ? faults : [ok(check, `${ids.length} ${plural}, current is ${current}`)]
}

function parseSealKeys(text: string): { current: unknown; keys: Record<string, unknown> | null } {
  try {
    const { current, keys } = JSON.parse(text) as Record<string, unknown>
    return { current, keys: typeof keys === 'object' && keys !== null ? { ...keys } : null }
  } catch {
    return { current: undefined, keys: null }
  }
}

function sealKeyFault(key: unknown): string | null {
  if (typeof key !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(key)) return 'is not base64'
  const { length } = Buffer.from(key, 'base64')
  if (length === 32) return null
  return /^[0-9a-f]{64}$/i.test(key) ? 'is hexadecimal, and must be base64' : `has ${length} bytes, and must have 32`
}

/** Checks the variables of Flinks. `url` is the address of its API, or `null` if that cannot be known. */
export function checkFlinks(env: Environment): { findings: Finding[]; url: string | null } {
  const { FLINKS_INSTANCE: instance, FLINKS_CUSTOMER_ID: customerId, FLINKS_SECRET_KEY: key, FLINKS_URL: baseUrl } = env
  if (!instance && !customerId && !key)
    return { findings: [skipped('Flinks', 'no variable of Flinks is set')], url: null }
  const host = { instance: instance ?? '', customerId: customerId ?? '', ...(baseUrl && { baseUrl }) }
  const { url, fault } = built(() => flinks.authorizeRequest({ loginId: SANDBOX_CUSTOMER }, host), FLINKS_VARIABLES)
  const findings = fault ? [fault] : [ok('FLINKS_INSTANCE', `${instance}`), ok('FLINKS_CUSTOMER_ID', 'is a GUID')]
  if (!fault && customerId?.toLowerCase() === SANDBOX_CUSTOMER && instance !== 'toolbox') {
    const fix = 'Set the customer id that Flinks gave you for this instance.'
    findings.push(problem('FLINKS_CUSTOMER_ID', 'is that of the public sandbox, whose instance is toolbox', fix))
  }
  findings.push(checkKey('FLINKS_SECRET_KEY', key, 'Only customers from before October 2024 have none.'))
  return { findings, url }
}

/** Checks the variables of MX. `request` asks for the status of a member that does not exist; `null` if it cannot. */
export function checkMx(env: Environment): {
  findings: Finding[]
  url: string | null
  headers: Record<string, string>
} {
  const { MX_ENVIRONMENT: environment, MX_CLIENT_ID: clientId, MX_API_KEY: key, MX_URL: baseUrl } = env
  if ((!clientId || clientId === 'your-client-id') && !key) {
    return { findings: [skipped('MX', 'MX_CLIENT_ID and MX_API_KEY are not set')], url: null, headers: {} }
  }
  const nobody = { userGuid: 'USR-bank-mfa-doctor', memberGuid: 'MBR-bank-mfa-doctor' }
  const host = { environment: environment as 'integration', ...(baseUrl && { baseUrl }) }
  const { url, fault, headers } = built(() => mx.statusRequest(nobody, host), MX_VARIABLES)
  const findings = [
    fault ?? ok('MX_ENVIRONMENT', `${environment}`),
    clientId && clientId !== 'your-client-id'
      ? checkKey('MX_CLIENT_ID', clientId, '')
      : problem('MX_CLIENT_ID', 'is not set', 'Copy it from the dashboard of MX.'),
    checkKey('MX_API_KEY', key, ''),
  ]
  const isComplete = findings.every(({ status }) => status === 'ok')
  const authorization = `Basic ${Buffer.from(`${clientId}:${key}`).toString('base64')}`
  return { findings, url: isComplete ? url : null, headers: { ...headers, authorization } }
}

/** The variable of each option that the core checks, and what to set. */
const FLINKS_VARIABLES: Record<string, [string, string]> = {
  instance: [
    'FLINKS_INSTANCE',
    'Set the first part of the host name that Flinks gave you: toolbox for toolbox-api.private.fin.ag.',
  ],
  customerId: ['FLINKS_CUSTOMER_ID', 'Copy the customer id that Flinks gave you.'],
  baseUrl: ['FLINKS_URL', 'Remove it, or set an https URL.'],
}
const MX_VARIABLES: Record<string, [string, string]> = {
  environment: ['MX_ENVIRONMENT', 'Set integration while you develop, and production later.'],
  baseUrl: ['MX_URL', 'Remove it, or set an https URL.'],
}

interface Built {
  url: string | null
  headers: Record<string, string>
  fault: Finding | undefined
}

/** Lets the core build a request, which checks the configuration. */
function built(
  build: () => { url: string; headers: readonly object[] },
  variables: Record<string, [string, string]>,
): Built {
  try {
    const { url, headers } = build()
    const plain = headers.flatMap((header) =>
      'value' in header && 'name' in header ? [[header.name, header.value]] : [],
    )
    return { url, headers: Object.fromEntries(plain) as Record<string, string>, fault: undefined }
  } catch (error) {
    const { path = '', message } = error as { path?: string; message: string }
    const [name, fix] = variables[path.split('/').at(-1) ?? ''] ?? [path, 'Correct it.']
    return {
      url: null,
      headers: {},
      fault: problem(name, message.slice(message.indexOf(path) + path.length).trim(), fix),
    }
  }
}

function checkKey(name: string, key: string | undefined, exception: string): Finding {
  if (!key) {
    const fix = `Add it to .dev.vars, and set it as a secret of the edge. ${exception}`.trim()
    return exception ? warning(name, 'is not set', fix) : problem(name, 'is not set', fix)
  }
  if (/^[\x21-\x7e]+$/.test(key)) return ok(name, 'is set')
  return problem(
    name,
    'contains a space, a line break or a character that is not ASCII',
    'Copy it again, without quotes.',
  )
}
