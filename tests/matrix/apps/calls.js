/** A back end: it reads the accounts of a connection. */
import { flinks } from 'bank-mfa/calls'

export async function run({ host, secretKey, apiKey, requestId }) {
  const data = flinks.accountsDetail({ requestId, withTransactions: false }, { ...host, secretKey, apiKey })
  const { Accounts } = await (await data.result()).json()
  return Accounts.length > 0 ? 'done' : 'no accounts'
}
