/** What the edge and its pages both speak: the steps of a flow, and the header of a ticket. Needs no wasm. */
import type { Failure, Purpose, Round, Stage } from './wasm/bank_mfa.js'

/** A step as pages see it: without the vendor's ids. */
export type PublicStep =
  | { kind: 'working'; stage: Stage; until: number | null }
  | { kind: 'challenge'; round: Round }
  | { kind: 'redirect'; url: string }
  | { kind: 'connect'; purpose: Purpose; until: number; address: string | null }
  | { kind: 'done'; result: Record<string, unknown> }
  | { kind: 'failed'; failure: Failure }

/** Where flows live in sealed tickets: the newest one comes and goes in this header. */
export const TICKET = 'flow-ticket'
