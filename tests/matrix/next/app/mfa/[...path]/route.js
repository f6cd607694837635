import { edge, memoryStore } from 'bank-mfa/edge'

/** An edge whose connections are those of the bank's own edge. */
function makeEdge() {
  const { host, secretKey, connections } = JSON.parse(process.env.SETUP)
  return edge({
    authenticate: () => 'ann',
    resolve: (_, id) => ({ vendor: 'flinks', host, secretKey, flow: connections[id] ?? connections.form }),
    origins: [`http://localhost:${process.env.PORT}`],
    seal: { current: 'k1', keys: { k1: btoa('0123456789abcdef0123456789abcdef') } },
    store: memoryStore(),
  })
}

let mfa
const handle = (request) => (mfa ??= makeEdge())(request)

export { handle as GET, handle as POST }
