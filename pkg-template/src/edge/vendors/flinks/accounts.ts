/** Accounts of Flinks: a data call, polled by its Async call until the data is ready. */
import { flinks as calls, restore, type DataFlow, type FlinksCallsHost } from '../../../calls/flinks.js'
import type { Fetch } from '../../../flow/host.js'
import type { DataSource, FlinksConnection } from '../../config.js'
import { member, parse, toRecord } from '../../json.js'
import { at, unreadableReply, type AccountsStep, type AccountsVendor } from '../account.js'

export const flinksAccounts: AccountsVendor<FlinksConnection> = {
  read,
  account: {
    name: at('Title'),
    type: at('Type'),
    currency: at('Currency'),
    balance: at('Balance', 'Current'),
    available: at('Balance', 'Available'),
  },
  transaction: { date: at('Date'), description: at('Description'), debit: at('Debit'), credit: at('Credit') },
}

/** One step is the call, or one poll. A wait ends the step: the call is stored as a snapshot. */
async function read(
  connection: FlinksConnection,
  { result, state, options, clock, signal }: DataSource,
  days: 90 | 365 | null,
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
  const flow = state === null ? begin(`${toRecord(result)['requestId']}`, host, days) : restore(state, host)
  const found = await Promise.race([flow.result(), waits])
  if (typeof found === 'number') {
    const step = { state: flow.snapshot(), until: found }
    // This frees its wasm. The snapshot goes on.
    flow.cancel()
    return step
  }
  // Flinks has no data.
  if (found === null) return { accounts: [] }
  const text = await Promise.race([found.text(), aborted(signal)]).catch(() => '')
  const accounts = member(toRecord(parse(text)), 'Accounts')
  if (!Array.isArray(accounts)) throw unreadableReply(found.status)
  return { accounts }
}

function begin(requestId: string, host: FlinksCallsHost, days: 90 | 365 | null): DataFlow {
  if (days === null) return calls.accountsSummary({ requestId }, host)
  const daysOfTransactions = `Days${days}` as const
  return calls.accountsDetail({ requestId, withTransactions: true, withBalance: true, daysOfTransactions }, host)
}

/** The data calls want a `Response`; the company's own `fetch` may return less. */
function withResponse(fetch: Fetch): FlinksCallsHost['fetch'] {
  return async (url, init) => {
    const reply = await fetch(url, init)
    if (reply instanceof Response) return reply
    return new Response(await reply.arrayBuffer(), { status: reply.status, headers: [...reply.headers] })
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}
