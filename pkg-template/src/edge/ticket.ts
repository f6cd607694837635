import { FlowError } from '../flow/errors.js'
import { problem } from './problem.js'
import type { FlowRecord } from './record.js'
import type { At } from './runner.js'
import type { Sealer } from './seal.js'
import type { Store } from './store.js'

/** A ticket is padded to a multiple of this, and taken for so many milliseconds after it was made. */
export const TICKETS = { block: 2_048, life: 15 * 60_000 }

/** How many flows a process remembers the newest ticket of. */
const MOST = 10_000

/** What common servers take as a header. */
const LONGEST = 12_000

/**
 * The store of one request whose flow is in a ticket. `newest` is what this process has seen: it refuses a ticket when
 * it has made a newer one. What another process has made nobody here can know.
 */
export interface TicketStore extends Store {
  /**
   * Gives the ticket away as it is now: it is the page's, to go on with anywhere. Here it is no more, so a turn that is
   * still under way sends nothing after what is being sent, and a flow is not run twice.
   */
  give(): string | null
}

/** The versions of tickets that a process has seen, by flow. */
export type Newest = Map<string, number>

/** A ticket, opened and checked. */
export async function readTicket(
  given: string | null,
  at: At,
  sealer: Sealer,
  newest: Newest,
  now: number,
): Promise<TicketStore> {
  if (given === null) throw problem('NOT_FOUND')
  const text = await sealer.open(given, at.id).catch((error: unknown) => {
    // A page can name any key.
    throw error instanceof FlowError && error.code === 'UNAVAILABLE' ? unopened() : error
  })
  const { user, flow, until = 0, writes = 0 } = JSON.parse(text) as FlowRecord
  if (user !== at.user || flow !== at.flow) throw problem('NOT_FOUND')
  if (until <= now) throw refused('session-expired', 'the ticket has expired')
  return ticketStore({ sealed: given, version: writes }, flow, newest)
}

/** The store of a flow that begins, or that a ticket brought. */
export function ticketStore(
  held: { sealed: string; version: number } | null,
  flow?: string,
  newest?: Newest,
): TicketStore {
  let given = false
  return {
    give() {
      given = true
      return held?.sealed ?? null
    },
    async read() {
      if (given) return null
      if (flow !== undefined && held !== null && held.version < (newest?.get(flow) ?? 0)) throw outOfTurn()
      return held
    },
    async write(_, sealed, expectedVersion) {
      if (given) return false
      if (sealed.length > LONGEST) throw problem('BODY_TOO_LARGE')
      if (flow !== undefined && newest !== undefined) {
        if ((newest.get(flow) ?? 0) > expectedVersion) return false
        remember(newest, flow, expectedVersion + 1)
      }
      held = { sealed, version: expectedVersion + 1 }
      return true
    },
    remove: async () => void (held = null),
  }
}

function remember(newest: Newest, flow: string, version: number): void {
  newest.delete(flow)
  newest.set(flow, version)
  const [oldest] = newest.keys()
  if (newest.size > MOST && oldest !== undefined) newest.delete(oldest)
}

const outOfTurn = () => refused('OUT_OF_TURN', 'there is a newer ticket')
const unopened = () => refused('SNAPSHOT_UNREADABLE', 'it does not open here')

function refused(code: 'session-expired' | 'OUT_OF_TURN' | 'SNAPSHOT_UNREADABLE', message: string): FlowError {
  return new FlowError({ code, next: 'start-over', message, path: null, fields: [] })
}
