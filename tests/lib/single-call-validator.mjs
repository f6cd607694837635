/** Validates Flinks' single calls: by their schema, and one of them by Flinks' OpenAPI document if that is present. */
import { existsSync, readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { parse } from 'yaml'
import { compileSchema, complaintsOf, documents, validator } from './call-validator.mjs'

const openapi = `${documents}/flinks-answer-mfa-questions.yaml`

/** Whether Flinks' OpenAPI document of AnswerMFAQuestions is present. */
export const hasOpenapi = existsSync(openapi)

const isCall = compileSchema('flinks-single-call.json')
const isDocumented = hasOpenapi ? compileOpenapi() : () => []

/** The mistakes in a call, one text each. A text never contains a value. */
export const complaints = (call) => complaintsOf(call, isCall, isDocumented)

function compileOpenapi() {
  const [[template, { patch }]] = Object.entries(parse(readFileSync(openapi, 'utf8')).paths)
  const path = new RegExp(`^${template.replace('{customerId}', '[^/]+')}$`)
  const ajv = new Ajv({ strict: true })
  ajv.addVocabulary(['example'])
  const { Questions, loginId } = patch.requestBody.content['application/json'].schema.properties
  // The document allows other keys and requires none. A client must send exactly the documented keys.
  const closed = (properties) => ({
    type: 'object',
    required: Object.keys(properties),
    additionalProperties: false,
    properties,
  })
  const all = { ...Questions, items: closed(Questions.items.properties) }
  const isBody = validator(ajv, ajv.compile(closed({ loginId, Questions: all })))
  return ({ method, path: at, body }) => {
    if (!at.endsWith('/AnswerMFAQuestions')) return []
    const wrong = path.test(at) && method === 'PATCH' ? [] : ['is not a call of the OpenAPI document']
    return [...wrong, ...isBody(body).map((complaint) => `by the OpenAPI document ${complaint}`)]
  }
}
