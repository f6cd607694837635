import type { Flow } from '../../flow/flow.js'
import type { CheckedHost, HostOptions } from '../../flow/host.js'
import type { Webhook } from '../config.js'

/** What the edge gives a flow. */
export interface FlowHost extends HostOptions {
  /** Returns the authorize token of a session: the stored one, or a new one by `request`, which takes `timeout` ms. */
  token(session: number, timeout: number, request: () => Promise<string>): Promise<string>
}

/** Everything the edge knows of a vendor whose connections are `C`, except its accounts. */
export interface EdgeVendor<C> {
  /** Starts the flow of a connection. */
  begin(connection: C, host: FlowHost): Flow
  /** Returns the configuration and the checked host with which a flow is restored. */
  readHost(connection: C, host: FlowHost): { config: string; checked: CheckedHost }
  /**
   * Returns the connection with a flow that only asks the vendor for the status, so that no session begins at the bank.
   */
  withStatusOnly?(connection: C): C | null
  /** Reads the ids in the body of a webhook. */
  readWebhook?(body: Record<string, unknown>): Webhook
}
