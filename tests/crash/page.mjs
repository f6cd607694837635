/** A page of the company's, and the person before it. */
import { randomBytes } from 'node:crypto'

/** No flow has so many steps. */
const PATIENCE = 300

/**
 * Walks a flow to its end, and gives its last state, or the problem that the edge told. `ask` asks the worker, as often
 * as it takes; `bank` is the person's way to the bank. The rounds in `wrong` are answered wrong.
 */
export async function walk(ask, bank, connection, wrong) {
  const next = {
    working: ({ flow, version }) => ask('GET', `/flows/${flow}?after=${version}`),
    async challenge({ flow, step: { round } }) {
      const right = await bank('right')
      const knows = right !== null && !wrong.includes(round.number)
      const given = knows ? { raw: toRaw(right) } : { answers: guess(round) }
      return ask('POST', `/flows/${flow}/answer`, { round: round.number, ...given })
    },
    async connect({ flow, step: { address } }) {
      const claim = await bank('frame', { address })
      return ask('POST', `/flows/${flow}/message`, { kind: 'returned', claim })
    },
    async redirect({ flow, step }) {
      const { url } = await bank('window', { url: step.url })
      return ask('POST', `/flows/${flow}/message`, { kind: 'landed', url })
    },
  }
  const start = () => ask('POST', '/flows', { connection, flow: randomBytes(16).toString('hex') })
  let state = await start()
  for (let steps = 0; steps < PATIENCE; steps++) {
    // Its flow is gone, which must not be: the person begins again.
    if (state.code === 'NOT_FOUND') state = await start()
    const act = next[state.step?.kind]
    if (act === undefined) return state
    state = await act(state)
  }
  return { code: 'ENDLESS' }
}

/** Flinks' SecurityResponses as they are; of MX's resume the guids and values. */
const toRaw = ({ member, ...responses }) =>
  member ? Object.fromEntries(member.challenges.map(({ guid, value }) => [guid, [value]])) : responses

/** Fits the form, and is wrong. */
const guess = ({ challenges }) =>
  Object.fromEntries(
    challenges.flatMap(({ fields }) => fields.map(({ name, options }) => [name, options[0]?.id ?? 'x'])),
  )
