/** A page and its user. */
import { randomBytes } from 'node:crypto'

/** More steps than any flow has. */
const MAX_STEPS = 300

/**
 * Walks a flow to its end, and returns its last state or a problem. `ask` calls the worker, and repeats a call whose
 * reply is lost. `bank` acts for the user at the bank. The rounds in `wrong` are answered wrongly. In place of those in
 * `noCode`, the user asks for a new session. `waits` is how often the page waits for news in a round, by its number,
 * before the user answers it. If `cancels`, the user cancels in the first window of the bank. They type `types` as their
 * credentials. `from` is the state of a flow that has started already.
 */
export async function walk(ask, bank, connection, { wrong, noCode, waits, cancels, types }, from) {
  const waited = new Map()
  let hasCancelled = false
  const next = {
    working: ({ flow, version }) => ask('GET', `/flows/${flow}?after=${version}`),
    async challenge({ flow, version, step: { round } }) {
      const times = waited.get(round.number) ?? 0
      if (times < (waits[round.number] ?? 0)) {
        waited.set(round.number, times + 1)
        return next.working({ flow, version })
      }
      if (noCode.includes(round.number)) {
        return ask('POST', `/flows/${flow}/message`, { kind: 'new-session', round: round.number })
      }
      if (round.challenges[0].kind === 'credentials') {
        return ask('POST', `/flows/${flow}/answer`, { round: round.number, answers: typed(round, types) })
      }
      const right = await bank('right')
      const knows = right !== null && !wrong.includes(round.number)
      const given = knows ? { raw: toRaw(right) } : { answers: guess(round) }
      return ask('POST', `/flows/${flow}/answer`, { round: round.number, ...given })
    },
    async connect({ flow, step: { address } }) {
      const message = await bank('iframe', { address })
      return ask('POST', `/flows/${flow}/message`, message.kind === 'returned' ? message : { ...message, address })
    },
    async redirect(state) {
      const { flow, step } = state
      if (step.purpose === 'widget') {
        const opened = await ask('POST', `/flows/${flow}/message`, { kind: 'window-opened' })
        if (opened.step?.kind !== 'redirect') return opened.code === 'UNAVAILABLE' ? state : opened
        await bank('widget', { url: opened.step.url })
        return ask('GET', `/flows/${flow}?after=${opened.version}`)
      }
      const decision = cancels && !hasCancelled ? 'cancel' : 'approve'
      hasCancelled = true
      const { url } = await bank('window', { url: step.url, decision })
      return ask('POST', `/flows/${flow}/message`, { kind: 'landed', url })
    },
  }
  const start = () => ask('POST', '/flows', { connection, flow: randomBytes(16).toString('hex') })
  let state = from ?? (await start())
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    // The flow is lost, which must not happen. The user starts again, and the counts show it.
    if (state.code === 'NOT_FOUND') state = await start()
    const act = next[state.step?.kind]
    if (act === undefined) return state
    state = await act(state)
  }
  return { code: 'ENDLESS' }
}

/** SecurityResponses of Flinks as they are; the guids and values of a resume at MX. */
export const toRaw = ({ member, ...responses }) =>
  member ? Object.fromEntries(member.challenges.map(({ guid, value }) => [guid, [value]])) : responses

/** The credentials of a user, in the order of the form. */
const typed = ({ challenges }, values) =>
  Object.fromEntries(challenges.map(({ fields }, index) => [fields[0].name, values[index]]))

/** Valid and wrong answers. */
const guess = ({ challenges }) =>
  Object.fromEntries(
    challenges.flatMap(({ fields }) => fields.map(({ name, options }) => [name, options[0]?.id ?? 'x'])),
  )
