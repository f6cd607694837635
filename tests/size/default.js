import { flinks, FlowError } from 'bank-mfa'
import { run } from './page.js'

run({ flinks, FlowError })
