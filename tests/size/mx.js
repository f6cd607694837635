import { mx, FlowError } from 'bank-mfa/mx'
import { run } from './page.js'

run(
  ({ userGuid, memberGuid }) => mx.member({ userGuid, memberGuid, job: 'aggregate' }, { environment: 'production' }),
  FlowError,
)
