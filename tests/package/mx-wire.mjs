/**
 * MX's wire: every call that the package makes, against the schemas beside this folder, and against both of
 * MX's OpenAPI documents where they are at hand.
 */
import { existsSync, readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { parse } from 'yaml'
import { compileSchema, complaintsOf, documents, validator } from './wire.mjs'

/** The versions of the API, and how each document is called. */
const files = { v20250224: `${documents}/mx-v20250224.yml`, v20111101: `${documents}/mx-v20111101.yml` }

/** Whether MX's OpenAPI documents are at hand. */
export const hasOpenapi = Object.values(files).every(existsSync)

const isCall = compileSchema('mx-call.json')
const isDocumented = hasOpenapi ? Object.entries(files).map(([version, file]) => compileOpenapi(version, file)) : []

/** What is wrong with a call: nothing, or a line for each mistake. A value is never in it. */
export const complaints = (call) => complaintsOf(call, isCall, ...isDocumented)

/** Not named among the parameters: OpenAPI leaves these to the security scheme and the media types. */
const implied = ['authorization', 'accept', 'content-type']

/** The older version is asked for by its media type. */
const isOlder = (headers) => headers.accept === 'application/vnd.mx.api.v1+json'

/** Paths and bodies must be in both documents, whichever version is asked for; headers in the one that is. */
function compileOpenapi(version, file) {
  const document = parse(readFileSync(file, 'utf8'))
  const routes = Object.entries(document.paths).map(([template, operations]) => ({
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
    operations: Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [method.toUpperCase(), compileOperation(operation)]),
    ),
  }))

  function compileOperation({ parameters = [], requestBody }) {
    const all = parameters.map((parameter) => look(parameter))
    const headers = all.filter((parameter) => parameter.in === 'header')
    const schema = requestBody?.content['application/json']?.schema
    return { headers, wantsBody: requestBody?.required === true, isBody: lazily(() => compileBody(schema)) }
  }

  function look({ $ref, ...own }) {
    if ($ref === undefined) return own
    return $ref
      .split('/')
      .slice(1)
      .reduce((at, key) => at[key], document)
  }

  function compileBody(schema) {
    if (schema === undefined) return (body) => (body === null ? [] : ['/body is not in the document'])
    const ajv = new Ajv({ strict: true })
    ajv.addVocabulary(['example'])
    return validator(ajv, ajv.compile(closed(schema)))
  }

  /**
   * With its references filled in. The documents leave other keys open; one that they do not name is a mistake, and
   * what has keys is an object, also where they do not say so.
   */
  function closed(schema) {
    const { $ref, properties, items, ...rest } = schema
    if ($ref) return closed(look(schema))
    const all = Object.entries(properties ?? {}).map(([name, property]) => [name, closed(property)])
    return {
      ...rest,
      ...(properties && { type: 'object', properties: Object.fromEntries(all), additionalProperties: false }),
      ...(items && { items: closed(items) }),
    }
  }

  return ({ method, path, headers, body }) => {
    const operation = routes.find(({ pattern }) => pattern.test(path))?.operations[method]
    const say = (complaint) => `${complaint} by the OpenAPI document of ${version}`
    if (operation === undefined) return [say('is no call')]
    const asks = isOlder(headers) === (version === 'v20111101')
    const required = operation.headers.filter((header) => asks && header.required)
    const known = [...implied, ...operation.headers.map(({ name }) => name.toLowerCase())]
    return [
      ...required
        .filter(({ name, schema }) => headers[name.toLowerCase()] !== schema.default)
        .map(({ name }) => say(`${name} is not as required`)),
      ...Object.keys(headers)
        .filter((name) => asks && !known.includes(name))
        .map((name) => say(`${name} is no header`)),
      ...(operation.wantsBody && body === null ? [say('/body is required')] : operation.isBody()(body).map(say)),
    ]
  }
}

function lazily(make) {
  let made
  return () => (made ??= make())
}
