import { mxFlows, readMx } from '../../../flow/mx.js'
import type { MxConnection } from '../../config.js'
import { core } from '../core.js'
import type { EdgeVendor, FlowHost } from '../vendor.js'

const flows = mxFlows(core)

export const mx: EdgeVendor<MxConnection> = {
  paths: { '/host/clientId': '/clientId', '/host/apiKey': '/apiKey' },

  begin: (connection, host) => flows.member(connection.params, toHost(connection, host)),

  readHost: (connection, host) => readMx(toHost(connection, host)),

  /** Without a job, a flow reads the member's status: it ends, or waits for the user if they are needed. */
  withStatusOnly(connection) {
    const { job: _job, credentials: _credentials, isOauth: _isOauth, ...params } = connection.params
    return params.memberGuid === undefined ? null : { ...connection, params }
  },

  /**
   * MX sends CONNECTION_STATUS (https://docs.mx.com/resources/webhooks/connection-status) when a member needs its user.
   * It expects a 204 at once, and repeats the webhook for a day. No page of MX describes a signature.
   */
  webhook: {
    names: ['user_guid', 'member_guid'],
    read: ({ user_guid, member_guid }) => ({ vendor: 'mx', userGuid: toId(user_guid), memberGuid: toId(member_guid) }),
  },
}

function toHost({ host, clientId, apiKey }: MxConnection, { token: _, onError: __, ...options }: FlowHost) {
  return { ...host, ...options, probe: false, clientId, apiKey }
}

const toId = (text: string | undefined) => (text !== undefined && text.length <= 200 ? text : null)
