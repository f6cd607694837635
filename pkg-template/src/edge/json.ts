/** Reading what a vendor wrote. */
import { FlowError } from '../flow/errors.js'
import type { ErrorCode, NextAction } from '../wasm/bank_mfa.js'

export const toRecord = (value: unknown) =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** A member in any casing: Flinks' pages print the keys of a body in more than one. */
export function member(body: Record<string, unknown>, name: string): unknown {
  return Object.entries(body).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** What a text is as JSON; `null` where it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Why data was not read. Nothing of a reply is in it. */
export function failed([code, next]: [ErrorCode, NextAction], status: number | null): FlowError {
  return new FlowError({ code, next, message: 'the data was not read', retryAt: null, vendorCode: null, status })
}

/** A reply that is none. */
export function unreadable(status: number): FlowError {
  return failed(['unreadable-reply', 'retry-later'], status)
}
