/** Uses every export of bank-mfa/edge as its types allow, and misuses some. It is compiled, never run. */
import {
  FlowError,
  durable,
  edge,
  memoryStore,
  nodeHandler,
  postgres,
  postgresTable,
  sealer,
  type PersonNeeded,
  type Connection,
  type DataReader,
  type DataSource,
  type DataStep,
  type Durable,
  type DurableConfig,
  type Edge,
  type EdgeConfig,
  type EdgeEvent,
  type FlowAction,
  type FlowEvent,
  type FlowEventAttributes,
  type FlowEnded,
  type FoundConnection,
  type FlinksConnection,
  type FlowObject as Flow,
  type Handler,
  type HandlerContext,
  type Webhook,
  type Webhooks,
  type Limits,
  type MxConnection,
  type NodeRequest,
  type NodeResponse,
  type ObjectNamespace,
  type ObjectReply,
  type ObjectState,
  type ObjectStorage,
  type ProblemBody,
  type PublicStep,
  type Query,
  type SealKeys,
  type Sealer,
  type Store,
} from 'bank-mfa/edge'
import {
  accounts,
  transactions,
  type Account,
  type AccountsOptions,
  type Amount,
  type DataReader as Reader,
  type DataSource as Source,
  type DataStep as FieldPart,
  type Transaction,
  type TransactionsOptions,
} from 'bank-mfa/edge/data'
import { remote } from 'bank-mfa/remote'

// A worker ---------------------------------------------------------------------------------------

/** As in the platform's own types. */
interface DurableObjectId {
  toString(): string
}
interface DurableObjectNamespace {
  idFromName(name: string): DurableObjectId
  get(id: DurableObjectId): { fetch(input: Request | string | URL, init?: RequestInit): Promise<Response> }
}

interface Env {
  FLOWS: DurableObjectNamespace
  SEAL_KEYS: string
  SECRET_KEY: string
  BACKEND: { fetch(url: string, init?: RequestInit): Promise<Response> }
}

const byFlinks = (loginId: string, secretKey: string): FlinksConnection => ({
  vendor: 'flinks',
  host: { instance: 'toolbox', customerId: '' },
  secretKey,
  apiKey: '',
  flow: { kind: 'reconnect', params: { loginId, presentation: 'form' } },
  key: loginId,
})
const byMx = (userGuid: string, memberGuid: string): MxConnection => ({
  vendor: 'mx',
  host: { environment: 'integration' },
  clientId: '',
  apiKey: '',
  params: { userGuid, memberGuid, job: 'aggregate' },
})

const ours: Omit<EdgeConfig<Env>, 'store'> = {
  origins: ['https://app.example'],
  authenticate: async (request, env) => (request.headers.get('authorization') === env.SECRET_KEY ? 'ann' : null),
  async resolve(user: string, connection: string, env): Promise<Connection | null> {
    const reply = await env.BACKEND.fetch(`https://backend.example/${user}/${connection}`)
    const ids = (await reply.json()) as { loginId: string } | { userGuid: string; memberGuid: string }
    if (!reply.ok) return null
    return 'loginId' in ids ? byFlinks(ids.loginId, env.SECRET_KEY) : byMx(ids.userGuid, ids.memberGuid)
  },
  seal: (env) => env.SEAL_KEYS,
  onPersonNeeded: async ({ user, connection, flow, step, round, present }: PersonNeeded, env) =>
    void (await env.BACKEND.fetch([user, connection, flow, step, round ?? 0, present].join())),
  onFlowEnded: async ({ outcome, result, failure }: FlowEnded, env) =>
    void (await env.BACKEND.fetch(outcome, { body: JSON.stringify([result, failure?.code]) })),
  onEvent: async (event: EdgeEvent, env) => void (await env.BACKEND.fetch(`${event.flow} ${nameOf(event)}`)),
  onError: (error) => console.error(error),
}

function nameOf(event: FlowEvent): FlowAction | keyof FlowEventAttributes {
  return event.name === 'bank_mfa.action' ? event.attributes['bank_mfa.action.name'] : event.name
}

const config: DurableConfig<Env> = { ...ours, objects: (env) => env.FLOWS }
const own: ObjectNamespace = {} as DurableObjectNamespace
const replies: ObjectReply = new Response()
const { fetch: handle, FlowObject }: Durable<Env> = durable(config)
export { FlowObject }
export default { fetch: handle } satisfies {
  fetch(request: Request, env: Env, context: { waitUntil(task: Promise<unknown>): void }): Promise<Response>
}

export async function inside(state: ObjectState, env: Env): Promise<boolean> {
  const object: Flow = new FlowObject(state, env)
  const storage: ObjectStorage = state.storage
  await storage.setAlarm(0)
  await object.alarm()
  return (await object.fetch(new Request('https://flow/'))).ok
}

// Node -------------------------------------------------------------------------------------------

/** As in Node's own types. */
interface IncomingMessage {
  method?: string | undefined
  url?: string | undefined
  headers: Record<string, string | string[] | undefined>
  readableEnded: boolean
  on(event: 'data', listener: (chunk: any) => void): this
  on(event: string, listener: (...args: any[]) => void): this
  pause(): this
  resume(): this
}
interface ServerResponse {
  writeHead(status: number, headers?: Record<string, number | string | string[] | undefined>): this
  write(chunk: any, callback?: (error: Error | null | undefined) => void): boolean
  end(callback?: () => void): this
  destroy(error?: Error): this
  on(event: string, listener: (...args: any[]) => void): this
}
declare function createServer(listener: (request: IncomingMessage, response: ServerResponse) => void): void

/** As in the types of `pg`. */
declare const pool: {
  query(text: string, values?: unknown[]): Promise<{ rows: any[]; rowCount: number | null; command: string }>
}

const query: Query = (text, values) => pool.query(text, values)
const limits: Limits = { answersPerFlow: 5, readsPerFlow: 5, startsPerHour: 9, body: 10_000 }
const webhooks: Webhooks = {
  findConnection: async ({ vendor, userGuid, memberGuid }: Webhook) =>
    vendor === 'mx' ? { user: '', connection: memberGuid ?? userGuid ?? '' } : null,
}
const score: DataReader = async ({ user, connection, resolved, result, state, options, clock, signal }: DataSource) => {
  const step: DataStep = state === null ? { state: '', until: clock.now() } : { data: [user, connection, result] }
  console.log(resolved.vendor, options.timeout, signal.aborted)
  return step
}
const shown: AccountsOptions = { pick: (account, vendor) => [account, vendor] }
const year: TransactionsOptions = { days: 365 }
const seal: SealKeys = { current: 'k1', keys: { k1: '' } }
const node: EdgeConfig = {
  authenticate: () => 'ann',
  resolve: () => byFlinks('', ''),
  origins: [],
  seal,
  store: postgres(query),
  limits,
  webhooks,
  data: {
    accounts: accounts(shown),
    transactions: transactions(year),
    score,
    none: (() => ({ data: null })) as Reader,
  },
  timeout: 1_000,
}

export async function serve(request: Request): Promise<Response> {
  await pool.query(postgresTable)
  const mfa: Edge<unknown> = edge(node)
  await mfa.sweep()
  await mfa(request)
  createServer(nodeHandler(mfa))
  const found: FoundConnection = { user: '', connection: '' }
  const context: HandlerContext = { waitUntil: (task) => void task.then(() => [found, replies]) }
  void context
  const listener: (request: NodeRequest, response: NodeResponse) => Promise<void> = nodeHandler(() => new Response())
  // @ts-expect-error: the function returns a Response
  nodeHandler(() => 'text')
  const each = edge({ ...node, store: (): Store => memoryStore() })
  void listener
  return each(request, undefined, { waitUntil: () => {} })
}

/** Calls a handler as a page does, and tells a refusal from a state. */
export async function call(handler: Handler<unknown>, flow: string): Promise<ProblemBody | string | number | null> {
  const reply = await handler(new Request(`https://edge.example/flows/${flow}`))
  if (!reply.ok) return (await reply.json()) as ProblemBody
  return tell(((await reply.json()) as { step: PublicStep }).step)
}

export async function open(sealed: string): Promise<string> {
  const sealing: Sealer = sealer(seal)
  return sealing.open(sealed, 'a')
}

/** Uses each step as a page gets it. */
function tell(step: PublicStep): string | number | null {
  switch (step.kind) {
    case 'working':
      return step.until
    case 'challenge':
      return step.round.number
    case 'redirect':
      return step.url
    case 'connect':
      return step.address
    case 'done':
      return Object.keys(step.result).length
    case 'failed':
      return step.failure.code
  }
}

export async function read(connection: string): Promise<Amount[]> {
  const flow = remote('/mfa').start({ connection })
  const all = await flow.data<Account[]>('accounts')
  const payments: Transaction[] = all.flatMap(({ transactions = [] }) => transactions)
  return [...all.map(({ balance }) => balance), ...payments.map(({ debit, credit }) => debit ?? credit)]
}

const parts: [Source?, FieldPart?] = []
console.log(own, parts, FlowError)

// Misuses ----------------------------------------------------------------------------------------

export function misuses(): void {
  const { seal: keys, ...unsealed } = node
  const { store, ...homeless } = node
  const { resolve, ...lost } = node
  console.log(keys, store, resolve)
  // @ts-expect-error a page gives a connection, not a LoginId
  remote('/mfa').start({ loginId: '' })
  // @ts-expect-error a page gives no LoginId with the connection
  remote('/mfa').start({ connection: '', loginId: '' })
  // @ts-expect-error seal is missing
  edge(unsealed)
  // @ts-expect-error store is missing
  edge(homeless)
  // @ts-expect-error resolve is missing
  edge(lost)
  // @ts-expect-error a store is not a string
  edge({ ...node, store: 'memory' })
  // @ts-expect-error there is no such vendor
  edge({ ...node, resolve: () => ({ ...byMx('', ''), vendor: 'plaid' }) })
  // @ts-expect-error the vendor's keys are missing
  edge({ ...node, resolve: () => ({ vendor: 'mx', host: { environment: 'integration' }, params: { userGuid: '' } }) })
  // @ts-expect-error reconnect has no username
  edge({ ...node, resolve: () => ({ ...byFlinks('', ''), flow: { kind: 'reconnect', params: { username: '' } } }) })
  // @ts-expect-error authenticate returns a user id or null
  edge({ ...node, authenticate: () => true })
  // @ts-expect-error a data reader is a function
  edge({ ...node, data: { accounts: true } })
  // @ts-expect-error Flinks has no 30 days
  transactions({ days: 30 })
  // @ts-expect-error durable takes no store
  durable<Env>({ ...ours, objects: (env) => env.FLOWS, store: memoryStore() })
  // @ts-expect-error objects is missing
  durable<Env>(ours)
}
