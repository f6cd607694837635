/** Shared by several folders: the steps of a flow at an edge, an object check and random ids. Needs no wasm. */
import type {
  Authorized,
  ConnectionProof,
  ConnectPurpose,
  Failure,
  MxConnected,
  RedirectError,
  Round,
  Stage,
  WindowPurpose,
} from './wasm/bank_mfa.js'

/** A step as the edge sends it to a page: without the vendor's ids. */
export type PublicStep =
  | { kind: 'working'; stage: Stage; until: number | null }
  | { kind: 'challenge'; round: Round }
  | { kind: 'redirect'; number: number; purpose: WindowPurpose; url: string; error: RedirectError | null }
  | { kind: 'connect'; purpose: ConnectPurpose; until: number; address: string | null }
  | { kind: 'done'; result: Record<string, unknown> }
  | { kind: 'failed'; failure: Failure }

/**
 * The result of a flow as the edge sends it to a page. The vendor's ids stay at the edge: `onFlowEnded` gets them. Which
 * keys there are depends on the vendor and the flow.
 */
export interface RemoteResult extends Partial<
  Pick<Authorized, 'institution' | 'institutionId' | 'lastRefresh' | 'scheduledRefresh'> &
    Pick<ConnectionProof, 'method' | 'health' | 'ownership'> &
    Pick<MxConnected, 'connectionStatus' | 'aggregatedAt' | 'successfullyAggregatedAt' | 'failedProducts'>
> {}

/** @internal A plain object: not an array, a map, a date or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]'
}

/** @internal A random flow id: 32 hexadecimal digits. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('')
}
