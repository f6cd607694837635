/** Accounts of Flinks: a data call, polled by its Async call until the data is ready. */
import { flinks as calls, restore, type DataFlow, type FlinksCallsHost } from '../../../calls/flinks.js'
import type { Fetch } from '../../../flow/host.js'
import { headerPairs } from '../../../flow/reply.js'
import type { DataSource, FlinksConnection } from '../../config.js'
import { member, parse, toRecord } from '../../json.js'
import { withConnectionPaths } from '../paths.js'
import { valueAt, unreadableReply, type AccountsQuery, type AccountsStep, type AccountsVendor } from '../account.js'

export const flinksAccounts: AccountsVendor<FlinksConnection> = {
  read,
  account: {
    name: valueAt('Title'),
    type: valueAt('Type'),
    currency: valueAt('Currency'),
    balance: valueAt('Balance', 'Current'),
    available: valueAt('Balance', 'Available'),
  },
  transaction: {
    date: valueAt('Date'),
    description: valueAt('Description'),
    debit: valueAt('Debit'),
    credit: valueAt('Credit'),
  },
}

/** One step is the first call, or one poll. A wait ends the step, and the snapshot is its `state`. */
async function read(
  connection: FlinksConnection,
  { result, state, options, clock, signal }: DataSource,
  query: AccountsQuery,
): Promise<AccountsStep> {
  let startWait = (_: number) => {}
  const waits = new Promise<number>((resolve) => (startWait = resolve))
  const wait = async (ms: number) => {
    if (ms <= 0) return
    startWait(clock.now() + ms)
    await new Promise(() => {})
  }
  const host: FlinksCallsHost = {
    ...connection.host,
    apiKey: connection.apiKey,
    timeout: options.timeout,
    fetch: options.fetch && withResponse(options.fetch),
    clock: { now: () => clock.now(), wait },
    signal,
  }
  const flow = withConnectionPaths({ '/host/apiKey': '/apiKey' }, () =>
    state === null ? begin(`${toRecord(result)['requestId']}`, host, query) : restore(state, host),
  )
  const found = await Promise.race([flow.result(), waits])
  if (typeof found === 'number') {
    const step = { state: flow.snapshot(), until: found }
    // This frees the wasm memory. The next step continues from the snapshot.
    flow.cancel()
    return step
  }
  // Flinks has no data.
  if (found === null) return { accounts: [] }
  const body = await Promise.race([found.text().then(parse), aborted(signal)]).catch(() => {})
  const accounts = member(toRecord(body), 'Accounts')
  if (!Array.isArray(accounts)) throw unreadableReply(found.status)
  return { accounts }
}

function begin(requestId: string, host: FlinksCallsHost, { days, flinksOptions }: AccountsQuery): DataFlow {
  const params = { requestId, ...(flinksOptions && { options: flinksOptions }) }
  if (days === null) return calls.accountsSummary(params, host)
  const daysOfTransactions = `Days${days}` as const
  return calls.accountsDetail({ ...params, withTransactions: true, withBalance: true, daysOfTransactions }, host)
}

/** The data calls need a `Response`; the company's own `fetch` may return only a part of one. */
function withResponse(fetch: Fetch): FlinksCallsHost['fetch'] {
  return async (url, init) => {
    const reply = await fetch(url, init)
    if (reply instanceof Response) return reply
    return new Response(await reply.arrayBuffer(), { status: reply.status, headers: headerPairs(reply) })
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}
