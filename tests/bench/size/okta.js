import { OktaAuth } from '@okta/okta-auth-js/idx'

/** A sign-in with its challenges: Okta's own identity engine. */
export async function run(config, ask) {
  const auth = new OktaAuth(config)
  let transaction = await auth.idx.authenticate()
  while (transaction.status === 'PENDING') transaction = await auth.idx.proceed(await ask(transaction.nextStep))
  return transaction.tokens
}
