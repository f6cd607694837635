/** Accounts of Flinks': a data call, and its Async twin for as long as the data is not ready. */
import { flinks, restore, type DataFlow, type FlinksCallsHost } from '../calls/flinks.js'
import type { Fetch } from '../flow/host.js'
import type { FlinksConnection } from './config.js'
import type { AccountsStep } from './data.js'
import { member, parse, toRecord, unreadable } from './json.js'
import type { DataSource } from './reading.js'

/** One step: the call, or one poll of its twin. A wait puts the call away. */
export async function readFlinks(
  by: FlinksConnection,
  { result, state, options, clock, signal }: DataSource,
  days: 90 | 365 | null,
): Promise<AccountsStep> {
  let putAway = (_: number) => {}
  const waits = new Promise<number>((resolve) => (putAway = resolve))
  const wait = async (ms: number) => {
    if (ms <= 0) return
    putAway(clock.now() + ms)
    await new Promise(() => {})
  }
  const host: FlinksCallsHost = {
    ...by.host,
    apiKey: by.apiKey,
    timeout: options.timeout,
    fetch: options.fetch && responding(options.fetch),
    clock: { now: () => clock.now(), wait },
    signal,
  }
  const flow = state === null ? begin(`${toRecord(result)['requestId']}`, host, days) : restore(state, host)
  const found = await Promise.race([flow.result(), waits])
  if (typeof found === 'number') {
    const step = { state: flow.snapshot(), until: found }
    // Frees it; what is on is in the snapshot.
    flow.cancel()
    return step
  }
  // Flinks has nothing to show.
  if (found === null) return { accounts: [] }
  const text = await Promise.race([found.text(), aborted(signal)]).catch(() => '')
  const accounts = member(toRecord(parse(text)), 'Accounts')
  if (!Array.isArray(accounts)) throw unreadable(found.status)
  return { accounts }
}

function begin(requestId: string, host: FlinksCallsHost, days: 90 | 365 | null): DataFlow {
  if (days === null) return flinks.accountsSummary({ requestId }, host)
  const daysOfTransactions = `Days${days}` as const
  return flinks.accountsDetail({ requestId, withTransactions: true, withBalance: true, daysOfTransactions }, host)
}

/** Data comes as a response of the platform's; a `fetch` of the company's may give less. */
function responding(fetch: Fetch): FlinksCallsHost['fetch'] {
  return async (url, init) => {
    const reply = await fetch(url, init)
    if (reply instanceof Response) return reply
    return new Response(await reply.arrayBuffer(), { status: reply.status, headers: [...reply.headers] })
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}
