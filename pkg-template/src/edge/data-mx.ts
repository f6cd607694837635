/**
 * Accounts of MX's, and their transactions, by the pages of the member's lists (https://docs.mx.com, Accounts and
 * Transactions). The single calls know the member's address and how MX is called; the rest is these two lists.
 */
import { mx } from '../calls/mx.js'
import { mxBasic } from '../flow/mx.js'
import type { ErrorCode, NextAction } from '../wasm/bank_mfa.js'
import type { MxConnection } from './config.js'
import type { AccountsStep } from './data.js'
import { failed, parse, toRecord, unreadable } from './json.js'
import type { DataSource } from './reading.js'

/** The most that MX gives at once. */
const PER_PAGE = 1_000

const DAY = 24 * 60 * 60_000

/** What a status means that is no success. */
const REFUSALS: Record<number, [ErrorCode, NextAction]> = {
  401: ['unauthorized', 'fix-integration'],
  403: ['unauthorized', 'fix-integration'],
  429: ['busy', 'retry-later'],
}
const REDIRECTED: [ErrorCode, NextAction] = ['redirected', 'fix-integration']
const REFUSED: [ErrorCode, NextAction] = ['request-refused', 'fix-integration']
const BROKEN: [ErrorCode, NextAction] = ['vendor-error', 'retry-later']

export async function readMx(
  by: MxConnection,
  { result, options: { fetch = globalThis.fetch }, clock, signal }: DataSource,
  days: 90 | 365 | null,
): Promise<AccountsStep> {
  const { userGuid, memberGuid: named } = by.params
  const memberGuid = `${toRecord(result)['memberGuid'] ?? named}`
  const { url, headers: own } = mx.statusRequest({ userGuid, memberGuid }, by.host)
  const basic = mxBasic(by.clientId, by.apiKey)
  const headers = Object.fromEntries(own.map((header) => [header.name, 'slot' in header ? basic : header.value]))

  const call = async (...given: Parameters<typeof fetch>) => fetch(...given)

  /** All of a list's pages. */
  async function list(name: string, query: Record<string, string> = {}): Promise<Record<string, unknown>[]> {
    const all: unknown[] = []
    for (let [page, last] = [1, 1]; page <= last; page++) {
      const asked = new URLSearchParams({ page: `${page}`, records_per_page: `${PER_PAGE}`, ...query })
      const init = { method: 'GET', headers, body: null, redirect: 'manual' as const, signal }
      const reply = await call(`${url.replace(/status$/, name)}?${asked}`, init).catch(() => null)
      if (reply === null) throw failed(['unreachable', 'retry-later'], null)
      if (reply.status !== 200) throw failed(toReason(reply.status), reply.status)
      const text = new TextDecoder().decode(await reply.arrayBuffer())
      const { [name]: items, pagination } = toRecord(parse(text))
      if (!Array.isArray(items)) throw unreadable(reply.status)
      all.push(...items)
      last = Number(toRecord(pagination)['total_pages'] ?? 1)
    }
    return all.map(toRecord)
  }

  const accounts = await list('accounts')
  if (days === null) return { accounts }
  const from = clock.now() - days * DAY
  const isOlder = by.host.version === 'v20111101'
  const date = isOlder ? new Date(from).toISOString().slice(0, 10) : `${Math.floor(from / 1000)}`
  const all = await list('transactions', { from_date: date })
  const of = (guid: unknown) => all.filter(({ account_guid }) => account_guid === guid)
  return { accounts: accounts.map((account) => ({ ...account, transactions: of(account['guid']) })) }
}

function toReason(status: number): [ErrorCode, NextAction] {
  return REFUSALS[status] ?? (status < 400 ? REDIRECTED : status < 500 ? REFUSED : BROKEN)
}
