/** Many concurrent flows: each must end with its own result, and each submission must reach the bank once. */
import { page } from './page.mjs'
import { aggregatedAt, institution, isMx, roundsOf } from './people.mjs'

/** How many start or answer at a time. More would wait longer, up to the 30 seconds of a token request. */
const MAX_CONCURRENT = 200

/** Returns the fault in the end of a flow or in the counts of the bank, or `null`. */
function faultOf({ n, state }, counts = {}) {
  const { kind, result, failure } = state.step ?? {}
  const isOwnResult = isMx(n) ? result?.aggregatedAt === aggregatedAt(n) : result?.institution === institution(n)
  if (kind !== 'done') return `it ends with ${failure?.code ?? state.code ?? kind}`
  if (!isOwnResult) return 'it ends with the result of another person'
  if (counts.starts !== 1 || counts.answers !== roundsOf(n)) return `the bank received ${JSON.stringify(counts)}`
  return null
}

/** Runs `flows` flows at the same time: all reach their first challenge before the first one answers. */
export async function runConcurrentFlows(processes, { flows }) {
  const worker = await processes.start('durable')
  const began = Date.now()
  const people = Array.from({ length: flows }, (_, n) => ({ n, page: page(worker.url, n) }))
  /** Each person acts, and waits until the flow waits for them again or ends. */
  async function forEachPerson(act) {
    const queue = [...people]
    const lane = async () => {
      for (let person = queue.shift(); person; person = queue.shift())
        person.state = await person.page.settled(await act(person))
    }
    await Promise.all(Array.from({ length: MAX_CONCURRENT }, lane))
  }
  const isChallenged = ({ state }) => state.step?.kind === 'challenge'
  await forEachPerson(({ page }) => page.start())
  const challenged = people.filter(isChallenged).length
  while (people.some(isChallenged))
    await forEachPerson((person) => (isChallenged(person) ? person.page.answer(person.state) : person.state))
  const seconds = (Date.now() - began) / 1_000
  await worker.kill()

  const { calls, faults, people: counts } = await processes.seen()
  const wrong = people
    .map((person) => [person.n, faultOf(person, counts[person.n])])
    .filter(([, fault]) => fault !== null)
  const requests = people.reduce((sum, { page }) => sum + page.requests, 0)
  console.log(`${flows} flows at the same time through one workerd with Durable Objects, storage on disk:`)
  console.log(`  ${challenged} were at their first challenge at the same time, ${flows - wrong.length} ended correctly`)
  console.log(`  ${requests} requests and ${calls} calls to the bank in ${seconds.toFixed(0)} s`)
  for (const [n, fault] of wrong.slice(0, 10)) console.log(`  person ${n}: ${fault}`)
  for (const fault of faults.slice(0, 10)) console.log(`  the bank received ${fault}`)
  return challenged === flows && wrong.length === 0 && faults.length === 0
}
