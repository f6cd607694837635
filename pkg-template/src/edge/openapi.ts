/** The routes as an OpenAPI document, which is served at `…/openapi.json`. */

const object = (properties: Record<string, unknown>, optional: string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})
const text = { type: 'string' }
const integer = { type: 'integer' }
const orNull = (schema: { type: string }) => ({ ...schema, type: [schema.type, 'null'] })
const one = (value: string) => ({ const: value })
const of = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const list = (items: unknown) => ({ type: 'array', items })
const image = { anyOf: [object({ src: { type: 'string', pattern: '^data:image/' } }), { type: 'null' }] }

const schemas = {
  State: object({
    flow: { type: 'string', pattern: '^[\\w-]{43}\\.[0-9a-f]{32}$' },
    version: integer,
    step: of('Step'),
  }),
  Step: {
    oneOf: [
      object({ kind: one('working'), stage: text, until: orNull(integer) }),
      object({ kind: one('challenge'), round: of('Round') }),
      object({ kind: one('redirect'), url: text }),
      object({
        kind: one('connect'),
        purpose: { enum: ['mfa', 'credentials'] },
        until: integer,
        address: orNull(text),
      }),
      object({ kind: one('done'), result: of('Result') }),
      object({ kind: one('failed'), failure: of('Failure') }),
    ],
  },
  Round: object({
    number: integer,
    refused: { type: 'boolean' },
    challenges: list(of('Challenge')),
    expires: { anyOf: [object({ at: integer, documented: { type: 'boolean' } }), { type: 'null' }] },
  }),
  Challenge: object({
    id: text,
    kind: text,
    vendorType: { type: ['string', 'integer', 'null'] },
    prompt: text,
    image,
    fields: list(of('Field')),
  }),
  Field: object({
    name: text,
    type: { enum: ['text', 'select', 'multi-select', 'image-select'] },
    part: { enum: ['answer', 'question', 'phone', 'channel'] },
    secret: { type: 'boolean' },
    autocomplete: { enum: ['one-time-code', null] },
    options: list(object({ id: text, label: text, image })),
  }),
  Result: {
    type: 'object',
    additionalProperties: false,
    properties: {
      institution: orNull(text),
      institutionId: orNull(integer),
      lastRefresh: orNull(text),
      scheduledRefresh: { type: ['boolean', 'null'] },
      method: text,
      health: { enum: ['live', 'unproven'] },
      ownership: { enum: ['given', 'tagged', 'unproven'] },
      connectionStatus: { type: ['string', 'integer', 'null'] },
      aggregatedAt: orNull(text),
      successfullyAggregatedAt: orNull(text),
    },
  },
  Failure: object({
    code: text,
    next: text,
    message: text,
    retryAt: orNull(integer),
    vendorCode: orNull(text),
    status: orNull(integer),
  }),
  Problem: object(
    {
      type: text,
      title: text,
      status: integer,
      code: text,
      next: text,
      path: text,
      fields: list(object({ name: text, reason: text })),
    },
    ['path', 'fields'],
  ),
  Start: object(
    {
      connection: { type: 'string', pattern: '^(?!\\.\\.?$)[\\x21-\\x7e]{1,200}$' },
      flow: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    },
    ['flow'],
  ),
  Answer: {
    oneOf: [
      object({
        round: integer,
        answers: { type: 'object', additionalProperties: { anyOf: [text, list(text)] } },
      }),
      object({ round: integer, raw: { type: 'object', additionalProperties: list(text) } }),
    ],
  },
  Message: {
    oneOf: [
      object({ kind: one('returned'), claim: object({ loginId: text, state: orNull(text) }, ['state']) }),
      object({ kind: one('token-refused') }),
      object({ kind: one('landed'), url: text }),
    ],
  },
  Cancel: { type: 'object' },
  Data: object({ data: {} }),
  Pending: object({ until: integer }),
}

const refusal = {
  description: 'A refusal: its code is stable, and `next` says what to do.',
  headers: {
    'retry-after': { description: 'Of too many starts: after how many seconds there may be one.', schema: integer },
  },
  content: { 'application/problem+json': { schema: of('Problem') } },
}

const state = (description: string, content: Record<string, unknown> = {}) => ({
  '200': { description, content: { 'application/json': { schema: of('State') }, ...content } },
  default: refusal,
})
const reading = {
  '200': { description: 'The data', content: { 'application/json': { schema: of('Data') } } },
  '202': {
    description: 'It is not ready: ask again, by `retry-after`',
    headers: { 'retry-after': { schema: integer } },
    content: { 'application/json': { schema: of('Pending') } },
  },
  default: refusal,
}

const post = (summary: string, body: string, description: string) => ({
  summary,
  requestBody: { required: true, content: { 'application/json': { schema: of(body) } } },
  responses: state(description),
})

const flow = { name: 'flow', in: 'path', required: true, schema: text }
const what = { name: 'what', in: 'path', required: true, schema: { type: 'string', pattern: '^[\\w-]{1,64}$' } }
const after = { name: 'after', in: 'query', required: false, schema: integer }
const webhook = {
  summary: 'Receive a webhook of MX',
  requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
  responses: { '204': { description: 'Accepted: a flow asks MX for the status' }, default: refusal },
}

export const openapi = {
  openapi: '3.1.0',
  info: { title: 'bank-mfa, the edge', version: '1' },
  paths: {
    '/flows': { post: post('Begin a flow, or join the one that runs', 'Start', 'The flow') },
    '/flows/{flow}': {
      parameters: [flow],
      get: {
        summary: 'Look at a flow; with `after`, wait for another version than that, for 25 seconds at most',
        parameters: [after],
        responses: state('The flow', { 'text/event-stream': { schema: text } }),
      },
    },
    '/flows/{flow}/answer': { parameters: [flow], post: post('Answer a round', 'Answer', 'What came of it') },
    '/flows/{flow}/message': {
      parameters: [flow],
      post: post("Say what came of the vendor's page", 'Message', 'What came of it'),
    },
    '/flows/{flow}/cancel': { parameters: [flow], post: post('End a flow', 'Cancel', 'Its end') },
    '/flows/{flow}/data/{what}': {
      parameters: [flow, what],
      get: {
        summary: 'Read what the company lets pages read of a flow that is done, for ten minutes after its end',
        responses: reading,
      },
    },
    '/webhooks/mx': { post: webhook },
  },
  components: { schemas },
}
