import '/bank-mfa/entries/element.js'
import { remote } from '/bank-mfa/entries/remote.js'

const edge = remote('/mfa')
const connection = new URLSearchParams(location.search).get('connection') ?? 'chequing'
document.querySelector('bank-mfa').start = () => edge.start({ connection })
