/** The wire of the calls that ask nobody anything, against their schema and Flinks' OpenAPI document of one of them. */
import { existsSync, readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { parse } from 'yaml'
import { compileSchema, complaintsOf, documents, validator } from './wire.mjs'

const openapi = `${documents}/flinks-answer-mfa-questions.yaml`

/** Whether Flinks' OpenAPI document of AnswerMFAQuestions is at hand. */
export const hasOpenapi = existsSync(openapi)

const isCall = compileSchema('flinks-other-call.json')
const isDocumented = hasOpenapi ? compileOpenapi() : () => []

/** What is wrong with a call: nothing, or a line for each mistake. A value is never in it. */
export const complaints = (call) => complaintsOf(call, isCall, isDocumented)

function compileOpenapi() {
  const [[template, { patch }]] = Object.entries(parse(readFileSync(openapi, 'utf8')).paths)
  const path = new RegExp(`^${template.replace('{customerId}', '[^/]+')}$`)
  const ajv = new Ajv({ strict: true })
  ajv.addVocabulary(['example'])
  const { Questions, loginId } = patch.requestBody.content['application/json'].schema.properties
  // The document leaves other keys open, and all of its own out; neither is what a client may do.
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
    const wrong = path.test(at) && method === 'PATCH' ? [] : ['is no call of the OpenAPI document']
    return [...wrong, ...isBody(body).map((complaint) => `by the OpenAPI document ${complaint}`)]
  }
}
