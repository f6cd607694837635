/** Flows at the same time: each must end as its own, and the bank must hear each submission once. */
import { page } from './page.mjs'
import { aggregatedAt, institution, isMx, roundsOf } from './people.mjs'

/** How many begin or answer at the same time: more of them would only wait longer, up to the 30 seconds that a token may take. */
const LANES = 200

/** What is wrong with the end of a flow, and with what the bank heard of it. */
function wrongOf({ n, state }, heard = {}) {
  const { kind, result, failure } = state.step ?? {}
  const own = isMx(n) ? result?.aggregatedAt === aggregatedAt(n) : result?.institution === institution(n)
  if (kind !== 'done') return `it ends with ${failure?.code ?? state.code ?? kind}`
  if (!own) return 'it ends as the flow of somebody else'
  if (heard.starts !== 1 || heard.answers !== roundsOf(n)) return `the bank heard ${JSON.stringify(heard)}`
  return null
}

/** So many flows at the same time: all of them stand at their question before the first one answers. */
export async function crowd(stage, { flows }) {
  const worker = await stage.start('durable')
  const began = Date.now()
  const people = Array.from({ length: flows }, (_, n) => ({ n, page: page(worker.url, n) }))
  /** Lets each act, and waits until it is the person's turn again or the end. */
  async function all(act) {
    const left = [...people]
    const lane = async () => {
      for (let own = left.shift(); own; own = left.shift()) own.state = await own.page.settled(await act(own))
    }
    await Promise.all(Array.from({ length: LANES }, lane))
  }
  const isAsked = ({ state }) => state.step?.kind === 'challenge'
  await all(({ page }) => page.start())
  const asked = people.filter(isAsked).length
  while (people.some(isAsked)) await all((own) => (isAsked(own) ? own.page.answer(own.state) : own.state))
  const seconds = (Date.now() - began) / 1_000
  await worker.kill()

  const { calls, faults, people: heard } = await stage.seen()
  const wrong = people.map((own) => [own.n, wrongOf(own, heard[own.n])]).filter(([, what]) => what !== null)
  const requests = people.reduce((sum, { page }) => sum + page.requests, 0)
  console.log(`${flows} flows at the same time through one workerd with Durable Objects, storage on disk:`)
  console.log(`  ${asked} stood at their first question together, ${flows - wrong.length} ended right`)
  console.log(`  ${requests} requests and ${calls} calls to the bank in ${seconds.toFixed(0)} s`)
  for (const [n, what] of wrong.slice(0, 10)) console.log(`  of person ${n}: ${what}`)
  for (const fault of faults.slice(0, 10)) console.log(`  the bank heard ${fault}`)
  return asked === flows && wrong.length === 0 && faults.length === 0
}
