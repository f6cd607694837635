/** An account and a transaction as pages see them: the vendors' own values, under one name for both vendors. */
import { member, toRecord } from './json.js'

/** As the vendor writes it. */
export type Amount = number | string | null

/** An account, without its ids, its number and its holder. */
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

type Vendor = 'flinks' | 'mx'
type Read = (value: unknown) => unknown

/** What stands at a path, where it is no more than a text or a number. */
const at =
  (...path: string[]): Read =>
  (value) => {
    const found = path.reduce((inner, name) => member(toRecord(inner), name), value)
    return typeof found === 'string' || typeof found === 'number' ? found : null
  }

/** MX has one amount, and says by `type` which it is. */
const amount =
  (type: string): Read =>
  (value) =>
    at('type')(value) === type ? at('amount')(value) : null

const ACCOUNT: Record<Vendor, Record<keyof Omit<Account, 'transactions'>, Read>> = {
  flinks: {
    name: at('Title'),
    type: at('Type'),
    currency: at('Currency'),
    balance: at('Balance', 'Current'),
    available: at('Balance', 'Available'),
  },
  mx: {
    name: at('name'),
    type: at('type'),
    currency: at('currency_code'),
    balance: at('balance'),
    available: at('available_balance'),
  },
}

const TRANSACTION: Record<Vendor, Record<keyof Transaction, Read>> = {
  flinks: { date: at('Date'), description: at('Description'), debit: at('Debit'), credit: at('Credit') },
  mx: { date: at('date'), description: at('description'), debit: amount('DEBIT'), credit: amount('CREDIT') },
}

/** A vendor's account as pages see it. What no table lists stays out, ids first of all. */
export function toAccount(account: unknown, vendor: Vendor): unknown {
  const own = member(toRecord(account), 'transactions')
  const shown = shape(account, ACCOUNT[vendor])
  if (!Array.isArray(own)) return shown
  return { ...shown, transactions: own.map((one) => shape(one, TRANSACTION[vendor])) }
}

function shape(value: unknown, table: Record<string, Read>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, read]) => [name, read(value)]))
}
