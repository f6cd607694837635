/**
 * The wire: every call that the package makes to Flinks, against the schemas beside this folder, and against
 * Flinks' OpenAPI document where it is at hand. MX's are in mx-wire.mjs.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Ajv from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import { parse } from 'yaml'

/** A folder of vendors' documents beside the repository; `BANK_MFA_OPENAPI` names another one. */
export const documents =
  process.env.BANK_MFA_OPENAPI ?? fileURLToPath(new URL('../../../shared/vendors/openapi', import.meta.url))
const openapi = `${documents}/flinks-authorize.yaml`

/** Whether Flinks' OpenAPI document is at hand. */
export const hasOpenapi = existsSync(openapi)

const isCall = compileSchema('flinks-call.json')
const isDocumented = hasOpenapi ? compileOpenapi() : () => []

/** What is wrong with a call: nothing, or a line for each mistake. A value is never in it. */
export function complaints(call) {
  return complaintsOf(call, isCall, isDocumented)
}

/** The same of a call among those before it: answers go to where their session began. */
function complaintsAmong(call, calls) {
  const { 'flinks-auth-key': token } = call.headers
  const began = calls.find(({ headers }) => headers['flinks-auth-key'] === token)
  const strays = token !== undefined && call.json?.SecurityResponses && began.url !== call.url
  return [...complaints(call), ...(strays ? [`${call.url} is not where its session began`] : [])]
}

/** The same by other judges, each of which gives its complaints. */
export function complaintsOf({ method, url, headers, redirect, body }, ...judges) {
  const { origin, pathname: path, search, hash } = new URL(url)
  if (search || hash) return [`${path} goes on after the path`]
  const facts = { method, origin, path, headers, redirect, body: json(body) }
  return judges.flatMap((judge) => judge(facts)).map((complaint) => `${method} ${path} ${complaint}`)
}

/**
 * Wraps a `fetch`: `calls` are those that went through, each with its reply once there is one, and
 * `complaints` what was wrong with them.
 */
export function watch(fetch, judge = complaintsAmong) {
  const watched = { calls: [], complaints: [], fetch: observed }
  async function observed(url, init) {
    const call = { url, ...init, json: json(init.body), reply: undefined }
    watched.calls.push(call)
    watched.complaints.push(...judge(call, watched.calls))
    const response = await fetch(url, init)
    call.reply = { status: response.status, json: json(await response.clone().text()) }
    return response
  }
  return watched
}

/** The JSON of a text; `null` of no text, `undefined` of one that is no JSON. */
export function json(text) {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A judge by one of the schemas. */
export function compileSchema(name) {
  const ajv = new Ajv2020({ strict: true })
  const folder = new URL('../schemas/', import.meta.url)
  for (const file of readdirSync(folder)) ajv.addSchema(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
  return validator(ajv, ajv.getSchema(name))
}

function compileOpenapi() {
  const { paths, components } = parse(readFileSync(openapi, 'utf8'))
  const [[template, { post }]] = Object.entries(paths)
  // AuthorizeAsync is not in the document; by Flinks' pages it has the same path root and body.
  const prefix = new RegExp(`^${template.replace('{customerId}', '[^/]+')}`)
  const documented = post.parameters
    .filter((parameter) => parameter.in === 'header')
    .map(({ name }) => name.toLowerCase())

  const ajv = new Ajv({ strict: true, formats: { uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i } })
  ajv.addVocabulary(['example'])
  // The document leaves other keys open; a key that it does not name is a mistake of ours.
  const isBody = validator(ajv, ajv.compile({ ...components.schemas.AuthorizeRequest, additionalProperties: false }))
  return ({ method, path, headers, body }) => {
    if (method !== 'POST') return []
    const unknown = Object.keys(headers).filter((name) => !documented.includes(name))
    return [
      ...(prefix.test(path) ? [] : ['is no path of the OpenAPI document']),
      ...unknown.map((name) => `${name} is no header of the OpenAPI document`),
      ...isBody(body).map((complaint) => `by the OpenAPI document ${complaint}`),
    ]
  }
}

/** A judge by a compiled schema. */
export function validator(ajv, validate) {
  return (value) => (validate(value) ? [] : [ajv.errorsText(validate.errors, { dataVar: '' })])
}
