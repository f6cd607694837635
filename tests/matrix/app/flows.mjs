/**
 * What must work everywhere: whole flows, given the exports of an entry of the package and the address of bank.mjs. In a
 * runtime without a global `fetch` the last argument has one.
 */

const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'

/** Time that the bank's server moves: a wait for the vendor ends at once. */
function bankClock(address, { fetch = globalThis.fetch } = {}) {
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    async wait(ms, signal, waitsFor) {
      if (waitsFor !== 'vendor') return new Promise((resolve) => signal.addEventListener('abort', resolve))
      await fetch(`${address}/advance?ms=${ms}`, { method: 'POST' })
      ahead += ms
    },
  }
}

async function read(address, path, { fetch = globalThis.fetch } = {}, method = 'GET') {
  const bytes = await (await fetch(`${address}${path}`, { method })).arrayBuffer()
  return JSON.parse(new TextDecoder().decode(bytes))
}

export function flinksHost(address, own = {}) {
  const authorizeToken = () => read(address, '/token', own, 'POST')
  return { instance: 'toolbox', customerId, baseUrl: address, authorizeToken, clock: bankClock(address, own), ...own }
}

/** Answers each round, and checks that there was one and that the flow ends in done. */
export async function runToEnd(flow, answer) {
  let rounds = 0
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    rounds += 1
    await step.answer({ [step.round.challenges[0].fields[0].name]: answer })
  }
  const { kind, failure, error } = flow.current
  if (kind !== 'done') throw new Error(`the flow ended with ${failure?.code}: ${error?.message} ${error?.cause ?? ''}`)
  if (rounds !== 1) throw new Error(`the flow had ${rounds} rounds instead of one`)
}

export async function flinksFlow({ flinks }, address, own) {
  const { loginId } = await read(address, '/people', own)
  await runToEnd(flinks.authorize({ loginId, mostRecentCached: false }, flinksHost(address, own)), 'Montreal')
}

export async function mxFlow({ mx }, address, own) {
  const { member, key } = await read(address, '/people', own)
  const host = { environment: 'integration', baseUrl: address, ...key, clock: bankClock(address, own), ...own }
  await runToEnd(mx.member({ ...member, job: 'aggregate' }, host), 'correct')
}

/** The slim entry: the app loads the wasm from a URL. */
export async function slimFlow({ load, flinks }, address) {
  await load(`${address}/flinks.wasm`)
  await flinksFlow({ flinks }, address)
}

/** A flow that moves to another object between the challenge and the answer. */
export async function restoredFlow({ flinks, restore }, address, own) {
  const { loginId } = await read(address, '/people', own)
  const token = await read(address, '/token', own, 'POST')
  const host = { ...flinksHost(address, own), authorizeToken: token }
  const flow = flinks.authorize({ loginId, mostRecentCached: false }, host)
  for await (const { kind } of flow) if (kind === 'challenge') break
  await runToEnd(restore(flow.snapshot(), host), 'Montreal')
}

/** A flow of the edge that bank.mjs runs. */
export async function remoteFlow({ remote }, address, own) {
  await runToEnd(remote(`${address}/mfa`, own).start({ connection: newConnection() }), 'Montreal')
}

/** A flow of an edge in this runtime, whose vendors are behind bank.mjs. */
export async function edgeFlow({ edge, memoryStore, remote }, address) {
  const { loginId, secretKey } = await read(address, '/people')
  const flow = { kind: 'authorize', params: { loginId, mostRecentCached: false } }
  const handle = edge({
    authenticate: () => 'ann',
    resolve: () => ({ vendor: 'flinks', host: { instance: 'toolbox', customerId, baseUrl: address }, secretKey, flow }),
    origins: ['https://app.example'],
    seal: { current: 'k1', keys: { k1: btoa('0123456789abcdef0123456789abcdef') } },
    store: memoryStore(),
    onFlowEnded: () => {},
    clock: bankClock(address),
  })
  const here = (url, init) =>
    handle(new Request(url, { ...init, headers: { ...init.headers, origin: 'https://app.example' } }))
  const started = remote('https://app.example/mfa', { fetch: here }).start({ connection: newConnection() })
  await runToEnd(started, 'Montreal')
}

const newConnection = () => `c_${crypto.randomUUID()}`
