/**
 * Readers of accounts and their transactions, for `data` of an edge. They need the wasm of the single calls, so they
 * are an entry of their own, and so are the vendors' `accounts.ts` files, which only this file imports.
 */
import type { Connection, DataReader } from './config.js'
import { toAccount, type AccountsVendor } from './vendors/account.js'
import { flinksAccounts } from './vendors/flinks/accounts.js'
import { mxAccounts } from './vendors/mx/accounts.js'

export type { DataReader, DataSource, DataStep } from './config.js'
export type { Account, Amount, Transaction } from './vendors/account.js'

const VENDORS: { [Name in Connection['vendor']]: AccountsVendor<Connection & { vendor: Name }> } = {
  flinks: flinksAccounts,
  mx: mxAccounts,
}

export interface AccountsOptions {
  /**
   * Maps the vendor's own account, with its ids, to what the page sees; by default to an `Account`. An account of MX
   * has its `transactions` in it.
   */
  pick?: ((account: unknown, vendor: 'flinks' | 'mx') => unknown) | undefined
}

export interface TransactionsOptions extends AccountsOptions {
  /** How far back, in days; 90 by default. */
  days?: 90 | 365 | undefined
}

/** Reads the accounts: GetAccountsSummary of Flinks, or the accounts of an MX member. */
export function accounts({ pick }: AccountsOptions = {}): DataReader {
  return reader(null, pick)
}

/** Reads the accounts with their transactions: GetAccountsDetail of Flinks, or the two lists of an MX member. */
export function transactions({ days = 90, pick }: TransactionsOptions = {}): DataReader {
  return reader(days, pick)
}

function reader(days: 90 | 365 | null, pick: AccountsOptions['pick']): DataReader {
  return async (source) => {
    const { vendor } = source.by
    const accounts = VENDORS[vendor] as AccountsVendor<Connection>
    const step = await accounts.read(source.by, source, days)
    const show = (account: unknown) => (pick ? pick(account, vendor) : toAccount(account, accounts))
    return 'accounts' in step ? { data: step.accounts.map(show) } : step
  }
}
