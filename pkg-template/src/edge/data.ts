/**
 * Readers of what pages most want to see: a connection's accounts, and their transactions. They bring the wasm of the
 * single calls, so they are an entry of their own, which only an edge that opts in imports.
 */
import { readFlinks } from './data-flinks.js'
import { readMx } from './data-mx.js'
import { toAccount } from './data-shape.js'
import type { DataReader } from './reading.js'

export type { Account, Amount, Transaction } from './data-shape.js'
export type { DataReader, DataSource, DataStep } from './reading.js'

/** What a page is shown. */
export interface AccountsOptions {
  /**
   * Makes what a page gets of an account, out of the vendor's own, ids among it; an `Account` by default. MX's have
   * their `transactions` with them.
   */
  pick?: ((account: unknown, vendor: 'flinks' | 'mx') => unknown) | undefined
}

/** And how far back. */
export interface TransactionsOptions extends AccountsOptions {
  /** In days; 90 by default. */
  days?: 90 | 365 | undefined
}

/** What a vendor's part gives: its own accounts, or what to go on with. */
export type AccountsStep = { accounts: unknown[] } | { state: string; until: number }

/** The accounts: Flinks' GetAccountsSummary, MX's accounts of a member. */
export function accounts({ pick }: AccountsOptions = {}): DataReader {
  return reader(null, pick)
}

/** The accounts with their transactions: Flinks' GetAccountsDetail, MX's accounts and transactions of a member. */
export function transactions({ days = 90, pick }: TransactionsOptions = {}): DataReader {
  return reader(days, pick)
}

function reader(days: 90 | 365 | null, pick: NonNullable<AccountsOptions['pick']> = toAccount): DataReader {
  return async (source) => {
    const { by } = source
    const step = await (by.vendor === 'mx' ? readMx(by, source, days) : readFlinks(by, source, days))
    return 'accounts' in step ? { data: step.accounts.map((account) => pick(account, by.vendor)) } : step
  }
}
