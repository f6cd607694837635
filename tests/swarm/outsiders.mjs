/** Who else calls the edge: the vendor's webhooks, and pages of other origins. */
import { Page } from './browser.mjs'
import { EDGE } from './edges.mjs'

const MINUTE = 60_000

const WEBHOOKS_MS = 20 * MINUTE
const MAX_REPEAT_MS = 5_000

/** When the last webhook of a world has been sent, and a flow that it starts is stored. */
export const LAST_WEBHOOK_MS = WEBHOOKS_MS + MAX_REPEAT_MS + MINUTE

/** MX sends webhooks at any time, also twice and late, and anybody else can send them, too. */
export function sendWebhooks(world) {
  const random = world.stream('webhooks')
  const send = async (body) => {
    const url = `${EDGE}/webhooks/mx`
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const { status } = await world.fleet.handle(url, init).catch(() => ({ status: 'none' }))
    world.note(`webhook gets ${status}`)
  }
  for (const { resolved } of world.connections.values()) {
    const { userGuid, memberGuid = 'MBR-unknown' } = resolved.params ?? {}
    for (let count = 0; count < 6; count++) {
      const at = random.between(1_000, WEBHOOKS_MS)
      const isTwice = world.happens('webhooks', 'webhook twice', random)
      if (!world.happens('webhooks', 'webhook', random)) continue
      const body = { type: 'CONNECTION_STATUS', action: 'CHANGED', user_guid: userGuid, member_guid: memberGuid }
      world.clock.after(at, () => void send(body))
      if (isTwice) world.clock.after(at + random.between(1, MAX_REPEAT_MS), () => void send(body))
    }
  }
}

/** A page of another origin, in the user's own browser, tries to act for them. */
export function visitForeignPages(world) {
  const random = world.stream('foreign pages')
  for (const connection of world.connections.values()) {
    for (let count = 0; count < 6; count++) {
      const at = random.between(1_000, 10 * MINUTE)
      if (world.happens('foreign pages', 'foreign page', random))
        world.clock.after(at, () => void forge(world, connection, random))
    }
  }
}

async function forge(world, connection, random) {
  const page = new Page(world, connection.user, `foreign page of ${connection.name}`, 'https://foreign.example')
  const stored = [...world.flows.values()].findLast(({ connection: name }) => name === connection.name)
  const id = [...world.store.records.keys()][0] ?? 'x'.repeat(43)
  const flow = stored ? `/${id}.${stored.flow}` : ''
  const [action, body] = random.pick([
    ['', { connection: connection.name, flow: '0'.repeat(32) }],
    ['/answer', { round: stored?.step?.round?.number ?? 1, raw: { forged: [world.secrets.newAnswer(random)] } }],
    ['/cancel', {}],
  ])
  const url = `${EDGE}/flows${action === '' ? '' : flow}${action === '' || flow !== '' ? action : ''}`
  const init = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify(body) }
  const reply = await page.fetch(url, init).catch(() => null)
  if (reply && reply.status !== 403) world.flaw('foreign page', `a page of another origin got ${reply.status}`)
  page.close()
}
