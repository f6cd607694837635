import 'bank-mfa/element'
import { remote } from 'bank-mfa/remote'

const edge = remote('/mfa')
document.querySelector('bank-mfa').start = () => edge.start({ connection: 'chequing' })
