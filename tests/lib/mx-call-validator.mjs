/** Validates calls to MX: by the schemas in tests/schemas, and by MX's two OpenAPI documents if those are present. */
import { existsSync, readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { parse } from 'yaml'
import { compileSchema, complaintsOf, documents, validator } from './call-validator.mjs'

/** The OpenAPI document of each version of the API. */
const files = { v20250224: `${documents}/mx-v20250224.yml`, v20111101: `${documents}/mx-v20111101.yml` }

/** Whether MX's OpenAPI documents are present. */
export const hasOpenapi = Object.values(files).every(existsSync)

const isCall = compileSchema('mx-call.json')
const isDocumented = hasOpenapi ? Object.entries(files).map(([version, file]) => compileOpenapi(version, file)) : []

/** The mistakes in a call, one text each. A text never contains a value. */
export const complaints = (call) => complaintsOf({ ...call, url: withoutOptions(call.url) }, isCall, ...isDocumented)

/** The query of a window, which no other call has. */
const WINDOW_OPTIONS = {
  client_redirect_url: /^https:\/\//,
  enable_app2app: /^(true|false)$/,
  referral_source: /^(APP|BROWSER)$/,
  skip_aggregation: /^(true|false)$/,
  ui_message_webview_url_scheme: /^[A-Za-z][A-Za-z0-9+.-]*$/,
}

/** The URL without the options of a window, each of which may be there once. */
function withoutOptions(text) {
  const url = new URL(text)
  if (!url.pathname.endsWith('/oauth_window_uri')) return text
  for (const [name, pattern] of Object.entries(WINDOW_OPTIONS)) {
    const values = url.searchParams.getAll(name)
    if (values.length === 1 && pattern.test(values[0])) url.searchParams.delete(name)
  }
  return url.href
}

/** OpenAPI does not list these headers as parameters: they follow from the security scheme and the media types. */
const implied = ['authorization', 'accept', 'content-type']

/** The older version is selected by its media type. */
const isOlder = (headers) => headers.accept === 'application/vnd.mx.api.v1+json'

/** A path and a body must be in both documents, headers in the document of the requested version. */
function compileOpenapi(version, file) {
  const document = parse(readFileSync(file, 'utf8'))
  const routes = Object.entries(document.paths).map(([template, operations]) => ({
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
    operations: Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [method.toUpperCase(), compileOperation(operation)]),
    ),
  }))

  function compileOperation({ parameters = [], requestBody }) {
    const all = parameters.map((parameter) => resolveRef(parameter))
    const headers = all.filter((parameter) => parameter.in === 'header')
    const schema = requestBody?.content['application/json']?.schema
    return { headers, wantsBody: requestBody?.required === true, isBody: lazily(() => compileBody(schema)) }
  }

  function resolveRef({ $ref, ...own }) {
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
   * A schema with its references resolved and no other keys allowed. What has properties is an object, also if the
   * documents do not say so.
   */
  function closed(schema) {
    const { $ref, properties, items, ...rest } = schema
    if ($ref) return closed(resolveRef(schema))
    const all = Object.entries(properties ?? {}).map(([name, property]) => [name, closed(property)])
    return {
      ...rest,
      ...(properties && { type: 'object', properties: Object.fromEntries(all), additionalProperties: false }),
      ...(items && { items: closed(items) }),
    }
  }

  return ({ method, path, headers, body }) => {
    const operation = routes.find(({ pattern }) => pattern.test(path))?.operations[method]
    // Only the newer document has products.
    if (version === 'v20111101' && body?.data_request !== undefined) return []
    const inDocument = (complaint) => `${complaint} by the OpenAPI document of ${version}`
    if (operation === undefined) return [inDocument('is not a call')]
    const isRequested = isOlder(headers) === (version === 'v20111101')
    const required = operation.headers.filter((header) => isRequested && header.required)
    const known = [...implied, ...operation.headers.map(({ name }) => name.toLowerCase())]
    return [
      ...required
        .filter(({ name, schema }) => headers[name.toLowerCase()] !== schema.default)
        .map(({ name }) => inDocument(`${name} is not as required`)),
      ...Object.keys(headers)
        .filter((name) => isRequested && !known.includes(name))
        .map((name) => inDocument(`${name} is not a header`)),
      ...(operation.wantsBody && body === null
        ? [inDocument('/body is required')]
        : operation.isBody()(body).map(inDocument)),
    ]
  }
}

function lazily(create) {
  let value
  return () => (value ??= create())
}
