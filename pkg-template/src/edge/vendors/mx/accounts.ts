/**
 * Accounts of MX and their transactions: all pages of the member's two lists (https://docs.mx.com, Accounts and
 * Transactions). The single calls give the member's address and the headers.
 */
import { mx as calls } from '../../../calls/mx.js'
import { mxBasic } from '../../../flow/mx.js'
import type { ErrorCode, NextAction } from '../../../wasm/bank_mfa.js'
import type { DataSource, MxConnection } from '../../config.js'
import { parse, toRecord } from '../../json.js'
import { withConnectionPaths } from '../paths.js'
import {
  valueAt,
  dataFailed,
  unreadableReply,
  type AccountsQuery,
  type AccountsStep,
  type AccountsVendor,
} from '../account.js'

/** Returns the amount if the transaction has this `type`: MX has one amount for debits and credits. */
const amountOf = (type: string) => (value: unknown) =>
  valueAt('type')(value) === type ? valueAt('amount')(value) : null

export const mxAccounts: AccountsVendor<MxConnection> = {
  read,
  account: {
    name: valueAt('name'),
    type: valueAt('type'),
    currency: valueAt('currency_code'),
    balance: valueAt('balance'),
    available: valueAt('available_balance'),
  },
  transaction: {
    date: valueAt('date'),
    description: valueAt('description'),
    debit: amountOf('DEBIT'),
    credit: amountOf('CREDIT'),
  },
}

/** The largest page size that MX accepts. */
const RECORDS_PER_PAGE = 1_000

const DAY_MS = 24 * 60 * 60_000

/** What a status other than 2xx means. */
const FAILURES: Record<number, [ErrorCode, NextAction]> = {
  401: ['unauthorized', 'fix-integration'],
  403: ['unauthorized', 'fix-integration'],
  429: ['busy', 'retry-later'],
}
const REDIRECTED: [ErrorCode, NextAction] = ['redirected', 'fix-integration']
const REFUSED: [ErrorCode, NextAction] = ['request-refused', 'fix-integration']
const VENDOR_ERROR: [ErrorCode, NextAction] = ['vendor-error', 'retry-later']

/** Reads everything in one step. */
async function read(
  connection: MxConnection,
  { result, options: { fetch = globalThis.fetch }, clock, signal }: DataSource,
  { days }: AccountsQuery,
): Promise<AccountsStep> {
  const { host, params, clientId, apiKey } = connection
  const memberGuid = `${toRecord(result)['memberGuid'] ?? params.memberGuid}`
  const { url, headers: template } = withConnectionPaths({ '/config': '/host' }, () =>
    calls.statusRequest({ userGuid: params.userGuid, memberGuid }, host),
  )
  const basic = mxBasic(clientId, apiKey)
  const headers = Object.fromEntries(template.map((header) => [header.name, 'slot' in header ? basic : header.value]))

  const call = async (...args: Parameters<typeof fetch>) => fetch(...args)

  /** Reads all pages of a list. */
  async function list(name: string, query: Record<string, string> = {}): Promise<Record<string, unknown>[]> {
    const all: unknown[] = []
    for (let [page, last] = [1, 1]; page <= last; page++) {
      const search = new URLSearchParams({ page: `${page}`, records_per_page: `${RECORDS_PER_PAGE}`, ...query })
      const init = { method: 'GET', headers, body: null, redirect: 'manual' as const, signal }
      const reply = await call(`${url.replace(/status$/, name)}?${search}`, init).catch((cause: unknown) => {
        throw dataFailed(['unreachable', 'retry-later'], null, cause)
      })
      if (Math.floor(reply.status / 100) !== 2) throw dataFailed(toFailure(reply.status), reply.status)
      const text = new TextDecoder().decode(await reply.arrayBuffer())
      const { [name]: items, pagination } = toRecord(parse(text))
      if (!Array.isArray(items)) throw unreadableReply(reply.status)
      all.push(...items)
      last = Number(toRecord(pagination)['total_pages'] ?? 1)
    }
    return all.map(toRecord)
  }

  const accounts = await list('accounts')
  if (days === null) return { accounts }
  const from = clock.now() - days * DAY_MS
  const isOldApi = host.version === 'v20111101'
  const date = isOldApi ? new Date(from).toISOString().slice(0, 10) : `${Math.floor(from / 1000)}`
  const all = await list('transactions', { from_date: date })
  const transactionsOf = (guid: unknown) => all.filter(({ account_guid }) => account_guid === guid)
  return { accounts: accounts.map((account) => ({ ...account, transactions: transactionsOf(account['guid']) })) }
}

function toFailure(status: number): [ErrorCode, NextAction] {
  return FAILURES[status] ?? (status < 400 ? REDIRECTED : status < 500 ? REFUSED : VENDOR_ERROR)
}
