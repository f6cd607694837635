/** Uses every export as its types allow, and misuses some. It is compiled, never run. */
import {
  Flow,
  FlowError,
  flinks,
  mx,
  restore,
  type Answers,
  type Authorized,
  type AuthorizeParams,
  type Challenge,
  type ChallengeStep,
  type FieldOption,
  type Claim,
  type Clock,
  type ErrorCode,
  type ConnectParams,
  type ConnectStep,
  type Connected,
  type FieldType,
  type NewSession,
  type RoundExpiry,
  type Failure,
  type Fetch,
  type FetchInit,
  type FetchResponse,
  type Field,
  type FieldError,
  type FlinksConfig,
  type FlinksFlows,
  type FlinksHost,
  type HostOptions,
  type ChallengeImage,
  type ChallengeKind,
  type MemberParams,
  type MidSessionParams,
  type MxConfig,
  type MxConnected,
  type MxFlows,
  type MxHost,
  type NextAction,
  type FieldPart,
  type ConnectionProof,
  type ConnectPurpose,
  type RawAnswers,
  type FieldErrorReason,
  type FlowAction,
  type FlowEvent,
  type FlowEventAttributes,
  type OnEvent,
  type Trace,
  type TraceEvent,
  type TraceTimes,
  type ReconnectParams,
  type ResumeParams,
  type RedirectError,
  type RedirectErrorCode,
  type RedirectStep,
  type Round,
  type SecretRequest,
  type SecretSource,
  type Stage,
  type WindowPurpose,
  type Step,
  type WaitsFor,
  type ReconnectMethod,
} from 'bank-mfa'
import {
  FlowError as CallError,
  flinks as flinksCalls,
  mx as mxCalls,
  restore as restoreData,
  type AccountsDetailParams,
  type AccountsSummaryParams,
  type AuthorizeReply,
  type CallReply,
  type Challenged,
  type DataFlow,
  type FlinksCalls,
  type FlinksCallsHost,
  type Header,
  type IneligibleCard,
  type MxChallenged,
  type MxReply,
  type Request as VendorRequest,
  type StatementsParams,
  type StoredAnswer,
  type VendorResponse,
} from 'bank-mfa/calls'
import * as flinksEntry from 'bank-mfa/flinks'
import flinksWasm from 'bank-mfa/flinks.wasm'
import * as flinksSlim from 'bank-mfa/flinks/slim'
import * as mxEntry from 'bank-mfa/mx'
import mxWasm from 'bank-mfa/mx.wasm'
import * as mxSlim from 'bank-mfa/mx/slim'
import {
  remote,
  FlowError as EdgeError,
  RemoteFlow,
  type Answers as EdgeAnswers,
  type ChallengeStep as EdgeChallengeStep,
  type Claim as EdgeClaim,
  type Clock as EdgeClock,
  type ConnectStep as EdgeConnectStep,
  type EdgeCode,
  type RawAnswers as EdgeRawAnswers,
  type RedirectStep as EdgeRedirectStep,
  type Remote,
  type RemoteOptions,
  type RemoteResult,
  type Step as EdgeStep,
} from 'bank-mfa/remote'
import {
  simulator,
  type ConnectRules,
  type Counts,
  type Fault,
  type Person,
  type Rules,
  type Simulator,
  type VirtualClock,
} from 'bank-mfa/simulator'

/** Each value of a union must be a key: a missing or extra one does not compile. */
const next: Record<NextAction, true> = {
  'retry-later': true,
  'start-over': true,
  'ask-credentials': true,
  reconnect: true,
  'visit-bank': true,
  'fix-integration': true,
  'give-up': true,
  'answer-again': true,
}
const kinds: Record<ChallengeKind, true> = {
  question: true,
  code: true,
  choice: true,
  'multi-choice': true,
  'image-text': true,
  'image-choice': true,
  account: true,
  credentials: true,
  delivery: true,
  'new-question': true,
  unknown: true,
}
const fieldTypes: Record<FieldType, true> = { text: true, select: true, 'multi-select': true, 'image-select': true }
const parts: Record<FieldPart, true> = { answer: true, question: true, phone: true, channel: true }
const stages: Record<Stage, true> = {
  start: true,
  poll: true,
  answer: true,
  'pre-check': true,
  watch: true,
  challenges: true,
  expiry: true,
  reconcile: true,
  verify: true,
  window: true,
  credentials: true,
}
const reasons: Record<FieldErrorReason, true> = {
  missing: true,
  'too-many': true,
  'not-an-option': true,
  'too-long': true,
  'unknown-field': true,
  'already-chosen': true,
}

const clock: Clock = {
  now: () => Date.now(),
  wait: (ms: number, signal: AbortSignal, waitsFor: WaitsFor) => Promise.resolve(void [ms, signal, waitsFor]),
}
const ownFetch: Fetch = async (url: string, init: FetchInit): Promise<FetchResponse> => fetch(url, init)
const token: SecretSource = async ({ flowId, session }: SecretRequest) => `${flowId}-${session}`
const config: FlinksConfig = { instance: 'toolbox', customerId: '', baseUrl: '', authorizeAsync: true }
const options: HostOptions = {
  fetch: ownFetch,
  timeout: 1,
  signal: AbortSignal.abort(),
  clock,
  probe: false,
  store: async (snapshot: string) => void snapshot,
  onEvent: (event) => void note(event),
}
const host: FlinksHost = { ...config, ...options, authorizeToken: token }
const plain: FlinksHost = { instance: 'toolbox', customerId: '', authorizeToken: undefined, fetch: globalThis.fetch }

const actions: Record<FlowAction, true> = {
  answer: true,
  'new-session': true,
  returned: true,
  'session-expired': true,
  'token-refused': true,
  'window-opened': true,
}
const eventNames: Record<keyof FlowEventAttributes, true> = {
  'bank_mfa.flow.started': true,
  'bank_mfa.call': true,
  'bank_mfa.step': true,
  'bank_mfa.action': true,
  'bank_mfa.flow.ended': true,
}
const note: OnEvent = (event: FlowEvent): [number, string | undefined] => {
  if (event.name === 'bank_mfa.flow.ended')
    return [event.time, event.attributes['error.type'] satisfies ErrorCode | undefined]
  // @ts-expect-error A step has no call.
  if (event.name === 'bank_mfa.step') console.log(event.attributes['bank_mfa.call.name'])
  if (event.name === 'bank_mfa.action')
    console.log(actions[event.attributes['bank_mfa.action.name']], eventNames[event.name])
  return event.name === 'bank_mfa.call' ? [event.duration, event.attributes['bank_mfa.call.name']] : [0, undefined]
}
export function support(traced: Flow): [string, number, number] {
  const { version, vendor, duration, times, events, omitted }: Trace = traced.trace()
  const { person, vendor: ofVendor, waiting, host: ofHost }: TraceTimes = times
  const last: TraceEvent | undefined = events.at(-1)
  return [
    `${version} ${vendor}`,
    duration - person - ofVendor - waiting - ofHost + omitted,
    (last?.count ?? 0) + (last?.lastAt ?? 0),
  ]
}

const byLogin: AuthorizeParams = { loginId: '', mostRecentCached: true, language: 'fr', save: false, tag: '' }
const flow: Flow<Authorized> = flinks.authorize(byLogin, host)
const again: Flow<Authorized> = restore(flow.snapshot(), plain)
const reconnected: Flow<Connected> = restore<Connected>(flow.snapshot(), plain)
const id: string = again.id

export async function run(): Promise<Authorized> {
  for await (const step of flow) {
    switch (step.kind) {
      case 'working': {
        const until: number | null = step.until
        console.log(step.stage satisfies Stage, until)
        break
      }
      case 'challenge':
        await ask(step)
        break
      case 'redirect':
        void open(step)
        break
      case 'connect':
        await show(step)
        break
      case 'done':
        console.log(step.result.requestId satisfies string)
        break
      case 'failed':
        explain(step.failure, step.error)
        break
      default:
        step satisfies never
    }
  }
  const stop: () => void = flow.subscribe(() => void (flow.current satisfies Step<Authorized>))
  stop()
  flow.cancel()
  const { requestId, loginId, institution, institutionId, lastRefresh, scheduledRefresh, tag } = await flow.result()
  return { requestId, loginId, institution, institutionId, lastRefresh, scheduledRefresh, tag }
}

const redirectErrors: Record<RedirectErrorCode, string> = {
  cancelled: '',
  denied: '',
  'bank-action-required': '',
  'bank-error': '',
  'vendor-error': '',
  'session-expired': '',
  unknown: '',
}

const openers: Record<WindowPurpose, string> = { oauth: 'a window', widget: 'mount' }

async function open({ url, purpose, error, pageUrl, returned }: RedirectStep): Promise<void> {
  console.log(openers[purpose], await pageUrl())
  const previous: RedirectError | null = error
  if (previous) console.log(redirectErrors[previous.code], previous.vendorReason satisfies string | null)
  returned(url)
  returned(new URL(url))
}

async function show({ purpose, until, signal, pageUrl, returned, ...reports }: ConnectStep): Promise<void> {
  const why: ConnectPurpose = purpose
  const claim: Claim = { loginId: '', state: null, accountIds: [''] }
  console.log(why, until.toFixed(), signal.aborted, (await pageUrl()).length)
  returned(claim)
  reports.tokenRefused()
  reports.sessionExpired()
}

const methods: Record<ReconnectMethod, true> = {
  cached: true,
  live: true,
  form: true,
  'mid-session': true,
  credentials: true,
}

export async function reconnect(): Promise<Connected> {
  const where: ConnectParams = {
    institutionId: 14,
    language: 'fr',
    v2: false,
    parameters: { demo: true },
    ...{ webview: true, oauthWindowRedirect: true },
  }
  const midSession: MidSessionParams = { midSessionToken: true, resumeSelectedAccounts: [''] }
  const resumed: ResumeParams & MidSessionParams = { requestId: '', loginId: '', ...midSession }
  const params: ReconnectParams & MidSessionParams & ConnectParams = {
    loginId: '',
    ...midSession,
    presentation: 'form',
    async: true,
    maxAge: 1,
    ...where,
  }
  const first: Flow<Connected> = flinks.connect(where, host)
  const { method, health, ownership, accountIds }: ConnectionProof = await first.result()
  console.log(methods[method], health, ownership, accountIds?.join())
  const again: Flow<Connected> = flinks.resume(resumed, { ...host, deepLinks: ['myapp://connected'] })
  console.log((await again.result()).accountIds)
  return flinks.reconnect(params, host).result()
}

const mxConfig: MxConfig = { environment: 'integration', version: 'v20250224' }
const mxHost: MxHost = { ...mxConfig, ...options, clientId: '', apiKey: token }
const member: MemberParams = { userGuid: '', memberGuid: '', job: 'aggregate' }
const created: MemberParams = { userGuid: '', institutionCode: '', credentials: [{ guid: '', value: '' }] }
const withProducts: MemberParams = { ...created, dataRequest: { products: ['transactions', 'a_newer_product'] } }
const signsIn: MemberParams = {
  userGuid: '',
  memberGuid: '',
  isOauth: true,
  presentation: 'widget',
  isMobileWebview: true,
  signIn: 'ask',
  clientRedirectUrl: 'https://app.example/',
  referralSource: 'APP',
  uiMessageWebviewUrlScheme: 'app',
  enableApp2app: false,
  skipAggregation: true,
}
const newerJob: MemberParams = { ...member, job: 'a_newer_job' }

export async function runMx(): Promise<string | null> {
  const running: Flow<MxConnected> = mx.member(member, mxHost)
  for (const other of [withProducts, newerJob, signsIn]) mx.member(other, { ...mxHost, version: 'a_newer_version' })
  const taken: Flow<MxConnected> = restore(running.snapshot(), mxHost)
  const response: VendorResponse = { status: 200, body: '' }
  const reply: MxReply = mxCalls.statusResponse(response)
  const requests: VendorRequest[] = [
    mxCalls.startRequest(created, mxConfig),
    mxCalls.statusRequest(member, mxConfig),
    mxCalls.challengesRequest(member, mxConfig),
    mxCalls.windowRequest(member, mxConfig),
  ]
  if (reply.kind === 'challenged') {
    const challenged: MxChallenged = reply
    requests.push(mxCalls.resumeRequest(member, challenged, { '1.1.answer': '' }, mxConfig))
    requests.push(mxCalls.resumeRawRequest(member, reply, { guid: [''] }, mxConfig))
  }
  console.log(requests, mxCalls.challengesResponse({ status: 204, body: '' }).kind)
  const { memberGuid, failedProducts }: MxConnected = await taken.result()
  console.log(failedProducts?.length)
  return memberGuid
}

async function ask({ round, signal, answer, answerRaw, startNewSession }: ChallengeStep): Promise<void> {
  signal.throwIfAborted()
  const { number, refused, challenges, expires, newSession }: Round = round
  const at: number | null | undefined = (newSession satisfies NewSession | null)?.at
  console.log(at, newSession?.documented)
  const documented = expires satisfies RoundExpiry | null
  for (const { kind, vendorType, prompt, image, fields } of challenges satisfies Challenge[]) {
    const type: string | number | null = vendorType
    const picture: ChallengeImage | null = image
    console.log(kinds[kind], type, prompt.trim(), picture?.src, documented?.at, number, refused)
    for (const { name, type, part, optional, secret, autocomplete, options } of fields satisfies Field[]) {
      const hint: 'one-time-code' | 'username' | 'current-password' | null = autocomplete
      const mayBeEmpty: boolean = optional
      console.log(name, fieldTypes[type], parts[part], mayBeEmpty, secret, hint)
      for (const choice of options satisfies FieldOption[]) console.log(choice.id, choice.label, choice.image?.src)
    }
  }
  const answers: Answers = { '1.1.answer': ['0', '1'], '1.2.answer': 'x' }
  const raw: RawAnswers = { prompt: ['x'] }
  await answer(answers)
  await answer(new FormData())
  await answerRaw(raw)
  if (newSession) await startNewSession()
}

function explain(failure: Failure, error: FlowError): void {
  const { code, next: what, otherwise, message, retryAt, vendorCode, status, memberGuid } = failure
  const facts: [ErrorCode, true, true | null, string, number | null, string | null, number | null, string | null] = [
    code,
    next[what],
    otherwise && next[otherwise],
    message,
    retryAt,
    vendorCode,
    status,
    memberGuid,
  ]
  const isError: Error = error
  const same: CallError = error
  const second: NextAction | undefined = error.otherwise
  const fields: FieldError[] | undefined = error.fields
  console.log(
    facts,
    isError,
    same,
    second,
    error.path?.trim(),
    error.flowId,
    fields?.map(({ name, reason }) => [name, reasons[reason]]),
  )
}

export function pair(status: number, body: Uint8Array): VendorRequest | undefined {
  const request: VendorRequest = flinksCalls.authorizeRequest(byLogin, config)
  const headers = request.headers.map((header: Header) => ('slot' in header ? header.slot : header.value))
  console.log(headers, request.method, request.url, request.body, request.once, request.timeout, request.session)
  const reply: AuthorizeReply = flinksCalls.authorizeResponse({ status, body, requestId: '' })
  switch (reply.kind) {
    case 'authorized':
      return void (reply.result satisfies Authorized)
    case 'pending':
      return flinksCalls.pollRequest(reply, config)
    case 'challenged': {
      const stored: Challenged = reply
      console.log(flinksCalls.answerRawRequest(stored, { prompt: [''] }, config))
      return flinksCalls.answerRequest(reply, new FormData(), config)
    }
    case 'failed':
      return void (reply.failure satisfies Failure)
    case 'unclear':
      return undefined
    default:
      return reply satisfies never
  }
}

const callsHost: FlinksCallsHost = { ...config, fetch: globalThis.fetch, secretKey: '', apiKey: token, bearer: '' }
const detail: AccountsDetailParams = {
  requestId: '',
  withKYC: true,
  daysOfTransactions: 'Days365',
  dateFrom: '2026-01-01',
  refreshDelta: [{ accountId: '', transactionId: '' }],
  withDetailsAndBankingStatements: true,
  numberOfBankingStatements: 'MostRecent',
  options: { WithSomethingNew: [null] },
}
const brief: AccountsSummaryParams = { requestId: '', withBalance: true, withAccountIdentity: false, options: {} }
const monthly: StatementsParams = { requestId: '', numberOfStatements: 'Months3', accountsFilter: [''] }

export async function single(loginId: string): Promise<string> {
  const data: DataFlow = flinksCalls.accountsDetail(detail, callsHost)
  const again: Flow<Response | null> = restoreData(data.snapshot(), callsHost)
  const summary: Response | null = await flinksCalls.accountsSummary(brief, callsHost).result()
  console.log(await again.result(), summary?.body, flinksCalls.statements(monthly, callsHost).current.kind)
  const questions: string[] = await flinksCalls.questions(loginId, callsHost)
  const answers: StoredAnswer[] = questions.map((question) => ({ question, answer: '' }))
  await flinksCalls.answerQuestions(loginId, answers, callsHost)
  await flinksCalls.deleteCard(loginId, callsHost)
  await flinksCalls.setScheduledRefresh(loginId, true, callsHost)
  const stuck: IneligibleCard[] = await flinksCalls.stuckCards(callsHost)
  const all = await flinksCalls.ineligibleCards(callsHost)
  console.log(stuck[0]?.loginId, all[0]?.lastRefresh, all[0]?.state, all[0]?.errorCode)
  const request: VendorRequest = flinksCalls.request('GetStatements', monthly, config)
  const reply: CallReply<string[]> = flinksCalls.response('GetMFAQuestions', { status: 200, body: request.url })
  const twin: FlinksCalls['GetAccountsDetailAsync']['params'] = { requestId: '' }
  console.log(flinksCalls.request('GetAccountsDetailAsync', twin, config))
  if (flinksCalls.response('GetAccountsDetail', { status: 202 }).kind === 'pending') return ''
  return reply.kind === 'done' ? (reply.result[0] ?? '') : await flinksCalls.token(callsHost)
}

export async function simulated(): Promise<void> {
  const connect: ConnectRules = {
    misbehave: 'early',
    elsewhere: null,
    returnsTag: false,
    midSessionToken: true,
    redirectHasAccounts: true,
  }
  const rules: Partial<Rules> = { tokensRequired: false, connect }
  const bank: Simulator = simulator({ seed: 1, now: 0, rules, realTime: false })
  const time: VirtualClock = bank.clock
  time.advance(1)
  const fault: Partial<Fault> & Pick<Fault, 'kind'> = { kind: 'lost-reply', on: 'answer' }
  bank.fault(fault)
  bank.setRules(rules)
  const counts: Counts = bank.counts()
  const people: Person[] = bank.people
  console.log(
    counts.answers,
    people[0]?.username,
    bank.loginId(''),
    bank.secretKey,
    bank.keys.apiKey,
    bank.keys.bearer,
    bank.rightAnswers(''),
    await bank.token(),
  )
  flinks.authorize(byLogin, { ...config, fetch: bank.fetch, clock: bank.clock, authorizeToken: () => bank.token() })
}

const plainHeaders: Fetch = async () => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  arrayBuffer: async () => new ArrayBuffer(),
})
const causeOf = ({ cause }: FlowError): unknown => cause
console.log(plainHeaders, causeOf)

const edgeCodes: Record<EdgeCode, true> = {
  UNAUTHENTICATED: true,
  FORBIDDEN: true,
  NOT_FOUND: true,
  METHOD_NOT_ALLOWED: true,
  BODY_TOO_LARGE: true,
  RATE_LIMITED: true,
  UNAVAILABLE: true,
}
const called: RemoteOptions = {
  fetch,
  credentials: 'include',
  clock,
  onEvent: note,
  headers: async () => ({ authorization: '' }),
}

export async function followed(): Promise<string> {
  const there: Remote = remote('/mfa', called)
  const anywhere: (Flow | RemoteFlow)[] = [flow, there.start({ connection: '' }), there.resume('')]
  for (const either of anywhere) {
    console.log(JSON.stringify(either.trace() satisfies Trace))
    for await (const step of either) {
      if (step.kind === 'challenge') await ask(step satisfies EdgeChallengeStep)
      if (step.kind === 'connect') await show(step satisfies EdgeConnectStep)
      if (step.kind === 'redirect') await open(step satisfies EdgeRedirectStep)
      if (step.kind === 'failed') explain(step.failure, step.error)
    }
    either.subscribe(() => void (either.current satisfies EdgeStep))()
    either.cancel()
    console.log(either.id, either.snapshot())
  }
  const time: EdgeClock = clock
  const given: [EdgeAnswers, EdgeRawAnswers, EdgeClaim] = [{}, {}, { loginId: '' }]
  console.log(time, given)
  const shown: RemoteResult = await there.resume('').result()
  const { institutionId, ownership, connectionStatus } = await there.start({ connection: '' }).result()
  console.log(shown.institution?.length, institutionId, ownership === 'unproven', connectionStatus)
  const { institution } = await there.start<Pick<Connected, 'institution'>>({ connection: '' }).result()
  return institution ?? ''
}

export function refused(error: EdgeError): string {
  const same: FlowError = error
  return same.next === 'sign-in' || (same.code in edgeCodes && same.code === 'RATE_LIMITED') ? error.message : ''
}

export async function slimmed(): Promise<Flow<Authorized>> {
  await flinksSlim.load(flinksWasm)
  await flinksSlim.load(fetch('/flinks.wasm'))
  await mxSlim.load(new URL('https://app.example/mx.wasm'))
  await mxSlim.load(mxWasm)
  const started: Flow<MxConnected> = mxSlim.mx.member(member, mxHost)
  started.cancel()
  return flinksSlim.flinks.authorize(byLogin, host)
}

/** The entries of one vendor have the types of `bank-mfa`. */
export function ofOneVendor(): [FlinksFlows, MxFlows, Flow<Authorized>, Flow<Connected>, Flow<MxConnected>] {
  const hosts: [flinksEntry.FlinksHost, mxEntry.MxHost] = [host, mxHost]
  const same: FlowError = new Error() as flinksEntry.FlowError & mxEntry.FlowError
  console.log(same.code)
  // @ts-expect-error the entry of Flinks restores no flow of MX
  flinksEntry.restore('', mxHost)
  // @ts-expect-error the entry of MX restores no flow of Flinks
  mxEntry.restore('', host)
  // @ts-expect-error the entry of Flinks has no MX
  console.log(flinksEntry.mx)
  // @ts-expect-error the entry of MX has no Flinks
  console.log(mxEntry.flinks)
  return [
    flinksEntry.flinks satisfies typeof flinks,
    mxEntry.mx satisfies typeof mx,
    flinksEntry.restore('', hosts[0]),
    flinksEntry.restore<Connected>('', hosts[0]),
    mxEntry.restore('', hosts[1]),
  ]
}

export function misuses(step: Step<Authorized>, error: FlowError): void {
  // @ts-expect-error Flinks has no German
  flinks.authorize({ loginId: '', language: 'de' }, host)
  // @ts-expect-error a string is not a boolean
  flinks.authorize({ loginId: '', mostRecentCached: 'false' }, host)
  // @ts-expect-error keys are in camel case, unlike Flinks' own
  flinks.authorize({ LoginId: '' }, host)
  // @ts-expect-error customerId is missing
  flinks.authorize(byLogin, { instance: 'toolbox' })
  // @ts-expect-error a token is not a number
  flinks.authorize(byLogin, { ...config, authorizeToken: 7 })
  // @ts-expect-error FlinksHost has no apiKey
  flinks.authorize(byLogin, { ...config, apiKey: '' })
  // @ts-expect-error only a challenge step has answer()
  void step.answer({})
  // @ts-expect-error an answer is not a number
  if (step.kind === 'challenge') void step.answer({ field: 7 })
  // @ts-expect-error a raw answer is a list
  if (step.kind === 'challenge') void step.answerRaw({ prompt: 'x' })
  // @ts-expect-error a step is read-only
  if (step.kind === 'done') step.result = step.result
  // @ts-expect-error there is no such code
  if (error.code === 'no-such-code') return
  // @ts-expect-error only a done step has a result
  console.log(step.result)
  // @ts-expect-error the current step is read-only
  flow.current = step
  // @ts-expect-error the constructor is internal
  new Flow()
  // @ts-expect-error the option is withKYC
  flinksCalls.accountsDetail({ requestId: '', withKyc: true }, callsHost)
  // @ts-expect-error further options are an object
  flinksCalls.accountsSummary({ requestId: '', options: true }, callsHost)
  // @ts-expect-error Flinks has no Months6
  flinksCalls.statements({ requestId: '', numberOfStatements: 'Months6' }, callsHost)
  // @ts-expect-error Flinks has no such call
  flinksCalls.request('GetEverything', {}, config)
  // @ts-expect-error the connection is missing
  remote('/mfa').start()
  const result: RemoteResult = {}
  // @ts-expect-error a page gets no id of the vendor
  console.log(result.requestId)
  // @ts-expect-error a page gives a connection, not a LoginId
  remote('/mfa').start({ loginId: '' })
  // @ts-expect-error a response needs its status
  flinksCalls.authorizeResponse({ body: '' })
  console.log(id)
}
