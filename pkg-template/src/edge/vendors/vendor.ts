import type { ReadHost } from '../../flow/core.js'
import type { Flow } from '../../flow/flow.js'
import type { HostOptions } from '../../flow/host.js'
import type { Webhook } from '../config.js'

/** The host that the edge passes to a flow. */
export interface FlowHost extends HostOptions {
  /** Returns the stored authorize token of a session, or calls `request`, which takes at most `timeout` milliseconds. */
  token(session: number, timeout: number, request: () => Promise<string>): Promise<string>
  /** Reports an error that the flow's failure does not describe. It contains no secret. */
  onError(error: Error): void
}

/** How the edge runs the flows of one vendor. `C` is the vendor's type of connection. */
export interface EdgeVendor<C> {
  /** The paths in a connection of the arguments of its flow, where they differ. See `withConnectionPaths`. */
  readonly paths: Record<string, string>
  /** Starts the flow of a connection. */
  begin(connection: C, host: FlowHost): Flow
  /** Returns the configuration and the checked host with which a flow is restored. */
  readHost(connection: C, host: FlowHost): ReadHost
  /** Returns the connection with a flow that only reads the status, so that no session begins at the bank. */
  withStatusOnly?(connection: C): C | null
  /** How a webhook is read. */
  readonly webhook?: WebhookReader
}

/** Reads the ids in a webhook. */
export interface WebhookReader {
  /** The strings of the body's top level that are needed. The body is read until they are found. */
  readonly names: readonly string[]
  /** The webhook with the strings that were found. */
  read(found: Record<string, string>): Webhook
}
