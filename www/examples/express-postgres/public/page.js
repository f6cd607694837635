import '/bank-mfa/entries/element.js'
import { remote } from '/bank-mfa/entries/remote.js'

const edge = remote('/mfa')
document.querySelector('bank-mfa').start = () => edge.start({ connection: 'chequing' })
