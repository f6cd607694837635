/**
 * Readers of accounts and their transactions, for the option `data` of an edge. They need the wasm of the single calls,
 * so they are a separate entry. Only this file imports the vendors' `accounts.ts` files.
 */
import type { Connection, DataReader } from './config.js'
import { toAccount, type AccountsQuery, type AccountsVendor } from './vendors/account.js'
import { flinksAccounts } from './vendors/flinks/accounts.js'
import { mxAccounts } from './vendors/mx/accounts.js'

export type { DataReader, DataSource, DataStep } from './config.js'
export type { Account, Amount, Transaction } from './vendors/account.js'

const VENDORS: { [Name in Connection['vendor']]: AccountsVendor<Connection & { vendor: Name }> } = {
  flinks: flinksAccounts,
  mx: mxAccounts,
}

/** The options of `accounts`. */
export interface AccountsOptions {
  /**
   * Maps the vendor's own account, which has ids, to what the page gets. The default returns an `Account`. An MX account
   * contains its `transactions`.
   */
  pick?: ((account: unknown, vendor: 'flinks' | 'mx') => unknown) | undefined
  /** Further options of Flinks' data call, by Flinks' own names, such as `{ WithSomethingNew: true }`. Sent as they are. */
  flinksOptions?: Record<string, unknown> | undefined
}

/** The options of `transactions`. */
export interface TransactionsOptions extends AccountsOptions {
  /** How far back, in days; 90 by default. */
  days?: 90 | 365 | undefined
}

/**
 * Reads the accounts: GetAccountsSummary of Flinks, or the accounts of an MX member.
 *
 * @example
 * edge({ ...config, data: { accounts: accounts(), transactions: transactions({ days: 365 }) } })
 */
export function accounts({ pick, flinksOptions }: AccountsOptions = {}): DataReader {
  return reader({ days: null, flinksOptions }, pick)
}

/** Reads the accounts with their transactions: GetAccountsDetail of Flinks, or the two lists of an MX member. */
export function transactions({ days = 90, pick, flinksOptions }: TransactionsOptions = {}): DataReader {
  return reader({ days, flinksOptions }, pick)
}

function reader(query: AccountsQuery, pick: AccountsOptions['pick']): DataReader {
  return async (source) => {
    const { vendor } = source.resolved
    const accounts = VENDORS[vendor] as AccountsVendor<Connection>
    const step = await accounts.read(source.resolved, source, query)
    const toShown = (account: unknown) => (pick ? pick(account, vendor) : toAccount(account, accounts))
    return 'accounts' in step ? { data: step.accounts.map(toShown) } : step
  }
}
