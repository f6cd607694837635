/** Accounts as pages see them: the vendors' own values, under the same names for all vendors. */
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

/** What the edge knows of the accounts of a vendor whose connections are `C`. */
export interface AccountsVendor<C> {
  /** Takes one step of reading the accounts, with the transactions of so many days if `days` is not `null`. */
  read(connection: C, source: DataSource, days: 90 | 365 | null): Promise<AccountsStep>
  account: Table<Omit<Account, 'transactions'>>
  transaction: Table<Transaction>
}

/** The vendor's own accounts, or the state of the next step and its time. */
export type AccountsStep = { accounts: unknown[] } | { state: string; until: number }

type Read = (value: unknown) => unknown

/** Finds the value of each key in the vendor's own object. */
type Table<T> = Record<keyof T, Read>

/** Reads the text or number at a path. */
export const at =
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
  return { ...shown, transactions: transactions.map((one) => pick(one, tables.transaction)) }
}

function pick(value: unknown, table: Record<string, Read>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, read]) => [name, read(value)]))
}

/** Why data was not read. It contains nothing of a reply. */
export function dataFailed([code, next]: [ErrorCode, NextAction], status: number | null): FlowError {
  return new FlowError({ code, next, message: 'the data was not read', retryAt: null, vendorCode: null, status })
}

export function unreadableReply(status: number): FlowError {
  return dataFailed(['unreadable-reply', 'retry-later'], status)
}
