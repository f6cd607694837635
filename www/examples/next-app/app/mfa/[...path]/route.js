import { mfa } from '../../../edge.js'

const handle = (request) => mfa(request)

export { handle as GET, handle as POST }
