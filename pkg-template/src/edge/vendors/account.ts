/** Accounts as pages see them: the vendor's own values, with the same property names for all vendors. */
import { FlowError } from '../../flow/errors.js'
import type { ErrorCode, NextAction } from '../../wasm/bank_mfa.js'
import type { DataSource } from '../config.js'
import { member, toRecord } from '../json.js'

/** An amount as the vendor writes it. */
export type Amount = number | string | null

/** An account, without ids, account numbers and the holder. */
export interface Account {
  name: string | null
  type: string | null
  currency: string | null
  balance: Amount
  available: Amount
  transactions?: Transaction[]
}

/** A transaction. It has a debit or a credit. */
export interface Transaction {
  date: string | null
  description: string | null
  debit: Amount
  credit: Amount
}

/** What to read. */
export interface AccountsQuery {
  /** How far back to read transactions, in days; `null` reads none. */
  days: 90 | 365 | null
  /** Further options of the vendor's call, by the vendor's own names. */
  flinksOptions: Record<string, unknown> | undefined
}

/** How the edge reads the accounts of one vendor. `C` is the vendor's type of connection. */
export interface AccountsVendor<C> {
  /** Takes one step of reading the accounts. */
  read(connection: C, source: DataSource, query: AccountsQuery): Promise<AccountsStep>
  account: Table<Omit<Account, 'transactions'>>
  transaction: Table<Transaction>
}

/** The vendor's own accounts; or a `state` for the next step, which runs at `until` (milliseconds since 1970). */
export type AccountsStep = { accounts: unknown[] } | { state: string; until: number }

type Read = (value: unknown) => unknown

/** For each key of `T`, the function that finds its value in the vendor's own object. */
type Table<T> = Record<keyof T, Read>

/** Reads the text or number at a path of keys, or `null`. */
export const valueAt =
  (...path: string[]): Read =>
  (value) => {
    const found = path.reduce((inner, name) => member(toRecord(inner), name), value)
    return typeof found === 'string' || typeof found === 'number' ? found : null
  }

/** Maps a vendor's account to what pages see. Only listed keys pass, so no id does. */
export function toAccount(account: unknown, tables: Pick<AccountsVendor<never>, 'account' | 'transaction'>): unknown {
  const transactions = member(toRecord(account), 'transactions')
  const shown = pick(account, tables.account)
  if (!Array.isArray(transactions)) return shown
  return { ...shown, transactions: transactions.map((item) => pick(item, tables.transaction)) }
}

function pick(value: unknown, table: Record<string, Read>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, read]) => [name, read(value)]))
}

/** The error of a failed read. It contains no part of the vendor's reply. */
export function dataFailed([code, next]: [ErrorCode, NextAction], status: number | null, cause?: unknown): FlowError {
  return new FlowError({ code, next, message: 'reading the data failed', status }, undefined, cause)
}

export function unreadableReply(status: number): FlowError {
  return dataFailed(['unreadable-reply', 'retry-later'], status)
}
