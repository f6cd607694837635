/**
 * Records the calls of a `fetch`. Validates the calls of Flinks flows against the schemas in tests/schemas, and against
 * Flinks' OpenAPI document if that is present. The validator for MX is in mx-call-validator.mjs.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Ajv from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import { parse } from 'yaml'

/** The folder of the vendors' OpenAPI documents, outside the repository; `BANK_MFA_OPENAPI` names another one. */
export const documents =
  process.env.BANK_MFA_OPENAPI ?? fileURLToPath(new URL('../../../shared/vendors/openapi', import.meta.url))
const openapi = `${documents}/flinks-authorize.yaml`

/** Whether Flinks' OpenAPI document is present. */
export const hasOpenapi = existsSync(openapi)

const isCall = compileSchema('flinks-call.json')
const isDocumented = hasOpenapi ? compileOpenapi() : () => []

/** The mistakes in a call, one text each. A text never contains a value. */
export function complaints(call) {
  return complaintsOf(call, isCall, isDocumented)
}

/** The mistakes in a call, given all earlier calls: an answer must go to the address at which its session started. */
function complaintsAmong(call, calls) {
  const { 'flinks-auth-key': token } = call.headers
  const start = calls.find(({ headers }) => headers['flinks-auth-key'] === token)
  const isElsewhere = token !== undefined && call.json?.SecurityResponses && start.url !== call.url
  return [...complaints(call), ...(isElsewhere ? [`${call.url} is not the address of its session's start`] : [])]
}

/** The mistakes that validators find in a call. */
export function complaintsOf({ method, url, headers, redirect, body }, ...validators) {
  const { origin, pathname: path, search, hash } = new URL(url)
  if (search || hash) return [`${path} has a query or a fragment`]
  const facts = { method, origin, path, headers, redirect, body: json(body) }
  return validators.flatMap((validate) => validate(facts)).map((complaint) => `${method} ${path} ${complaint}`)
}

/**
 * Wraps a `fetch`. `calls` are its calls, each with its reply once that has arrived, and `complaints` the mistakes in
 * them.
 */
export function watch(fetch, findComplaints = complaintsAmong) {
  const watched = { calls: [], complaints: [], fetch: observed }
  async function observed(url, init) {
    const call = { url, ...init, json: json(init.body), reply: undefined }
    watched.calls.push(call)
    watched.complaints.push(...findComplaints(call, watched.calls))
    const response = await fetch(url, init)
    call.reply = { status: response.status, json: json(await response.clone().text()) }
    return response
  }
  return watched
}

/** The JSON of a text: `null` if there is no text, `undefined` if it is not JSON. */
export function json(text) {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A validator that uses one of the schemas. */
export function compileSchema(name) {
  const ajv = new Ajv2020({ strict: true })
  const folder = new URL('../schemas/', import.meta.url)
  for (const file of readdirSync(folder)) ajv.addSchema(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
  return validator(ajv, ajv.getSchema(name))
}

function compileOpenapi() {
  const { paths, components } = parse(readFileSync(openapi, 'utf8'))
  const [[template, { post }]] = Object.entries(paths)
  // AuthorizeAsync is not in the document; Flinks' pages say that it has the same path root and body.
  const prefix = new RegExp(`^${template.replace('{customerId}', '[^/]+')}`)
  const documented = post.parameters
    .filter((parameter) => parameter.in === 'header')
    .map(({ name }) => name.toLowerCase())

  const ajv = new Ajv({ strict: true, formats: { uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i } })
  ajv.addVocabulary(['example'])
  // The document allows other keys. A key that it does not name is a mistake of the package.
  const isBody = validator(ajv, ajv.compile({ ...components.schemas.AuthorizeRequest, additionalProperties: false }))
  return ({ method, path, headers, body }) => {
    if (method !== 'POST') return []
    const unknown = Object.keys(headers).filter((name) => !documented.includes(name))
    return [
      ...(prefix.test(path) ? [] : ['is not a path of the OpenAPI document']),
      ...unknown.map((name) => `${name} is not a header of the OpenAPI document`),
      ...isBody(body).map((complaint) => `by the OpenAPI document ${complaint}`),
    ]
  }
}

/** A validator that uses a compiled schema. */
export function validator(ajv, validate) {
  return (value) => (validate(value) ? [] : [ajv.errorsText(validate.errors, { dataVar: '' })])
}
