/**
 * The vendors of the edge. A new vendor is one folder and one line in this table. Its type in `Connection` (config.ts)
 * and its accounts (data.ts) are one line each, and the compiler asks for them.
 */
import { invalidInput } from '../../flow/errors.js'
import type { Flow } from '../../flow/flow.js'
import type { Connection } from '../config.js'
import { core } from './core.js'
import { flinks } from './flinks/flow.js'
import { mx } from './mx/flow.js'
import { withConnectionPaths } from './paths.js'
import type { EdgeVendor, FlowHost, WebhookReader } from './vendor.js'

const VENDORS: { [Name in Connection['vendor']]: EdgeVendor<Connection & { vendor: Name }> } = { flinks, mx }

function find(name: string): EdgeVendor<Connection> | undefined {
  return Object.hasOwn(VENDORS, name) ? (VENDORS as Record<string, EdgeVendor<Connection>>)[name] : undefined
}

function vendorOf({ vendor }: Connection): EdgeVendor<Connection> {
  const found = find(vendor)
  if (found === undefined) throw invalidInput('/vendor', `must be one of ${Object.keys(VENDORS).join(', ')}`)
  return found
}

export function beginFlow(connection: Connection, host: FlowHost): Flow {
  const vendor = vendorOf(connection)
  return withConnectionPaths(vendor.paths, () => vendor.begin(connection, host))
}

/** Restores a flow. `windowUrl` is the URL of its window if that is still open, and otherwise `null`. */
export function resumeFlow(snapshot: string, windowUrl: string | null, connection: Connection, host: FlowHost): Flow {
  const vendor = vendorOf(connection)
  return withConnectionPaths(vendor.paths, () => {
    return core.restore(snapshot, vendor.readHost(connection, host), windowUrl)
  })
}

/** Returns the connection with a flow that only reads the status; `null` if the vendor has no such flow. */
export function withStatusOnly(connection: Connection): Connection | null {
  return vendorOf(connection).withStatusOnly?.(connection) ?? null
}

/** Returns how a vendor's webhooks are read; `undefined` if the vendor has none. */
export function findWebhookReader(name: string): WebhookReader | undefined {
  return find(name)?.webhook
}
