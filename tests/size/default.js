import { flinks, FlowError } from 'bank-mfa'
import { run } from './page.js'

run(
  ({ loginId, instance, customerId }) =>
    flinks.authorize({ loginId, mostRecentCached: false }, { instance, customerId }),
  FlowError,
)
