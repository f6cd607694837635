/** Many concurrent flows: each must end with its own result, and each submission must reach the bank once. */
import { page } from './page.mjs'
import { aggregatedAt, institution, isMx, roundsOf } from './people.mjs'

/** How many start or answer at a time. More would wait longer, up to the 30 seconds of a token request. */
const LANES = 200

/** What is wrong with the end of a flow, or with the counts of the bank. */
function faultOf({ n, state }, counts = {}) {
  const { kind, result, failure } = state.step ?? {}
  const own = isMx(n) ? result?.aggregatedAt === aggregatedAt(n) : result?.institution === institution(n)
  if (kind !== 'done') return `it ends with ${failure?.code ?? state.code ?? kind}`
  if (!own) return 'it ends with the result of another person'
  if (counts.starts !== 1 || counts.answers !== roundsOf(n)) return `the bank received ${JSON.stringify(counts)}`
  return null
}

/** Runs so many flows at the same time: all reach their first challenge before the first one answers. */
export async function crowd(processes, { flows }) {
  const worker = await processes.start('durable')
  const began = Date.now()
  const people = Array.from({ length: flows }, (_, n) => ({ n, page: page(worker.url, n) }))
  /** Each person acts, and waits until the flow waits for them again or ends. */
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

  const { calls, faults, people: counts } = await processes.seen()
  const wrong = people.map((own) => [own.n, faultOf(own, counts[own.n])]).filter(([, fault]) => fault !== null)
  const requests = people.reduce((sum, { page }) => sum + page.requests, 0)
  console.log(`${flows} flows at the same time through one workerd with Durable Objects, storage on disk:`)
  console.log(`  ${asked} were at their first challenge at the same time, ${flows - wrong.length} ended correctly`)
  console.log(`  ${requests} requests and ${calls} calls to the bank in ${seconds.toFixed(0)} s`)
  for (const [n, fault] of wrong.slice(0, 10)) console.log(`  person ${n}: ${fault}`)
  for (const fault of faults.slice(0, 10)) console.log(`  the bank received ${fault}`)
  return asked === flows && wrong.length === 0 && faults.length === 0
}
