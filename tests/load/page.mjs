/** The pages: each asks over a connection that is kept, and answers what it is asked. */
import { Agent, request } from 'node:http'
import { ORIGIN, answer } from './people.mjs'

const agent = new Agent({ keepAlive: true })

/** One request of a person's page, as a browser makes it. */
function ask(url, n, method, path, body) {
  const text = body && JSON.stringify(body)
  const headers = { authorization: `${n}`, origin: ORIGIN, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const call = request(`${url}/mfa${path}`, { agent, method, headers }, (reply) => {
      let said = ''
      reply.setEncoding('utf8').on('data', (chunk) => (said += chunk))
      reply.on('end', () => resolve(JSON.parse(said)))
      reply.on('error', reject)
    })
    call.on('error', reject).end(text)
  })
}

export function page(url, n) {
  const own = { requests: 0, start, look, answer: answerRound, settled }
  const call = (...args) => ((own.requests += 1), ask(url, n, ...args))
  function start() {
    return call('POST', '/flows', { connection: 'c_1' })
  }
  function look({ flow, version }) {
    return call('GET', `/flows/${flow}?after=${version}`)
  }
  /** Answers as the person does: each round of each person has an answer of its own. */
  function answerRound({ flow, step: { round } }) {
    const [{ fields }] = round.challenges
    return call('POST', `/flows/${flow}/answer`, {
      round: round.number,
      answers: { [fields[0].name]: answer(n, round.number) },
    })
  }
  /** Waits until it is not the vendor's turn. */
  async function settled(state) {
    while (state.step?.kind === 'working') state = await look(state)
    return state
  }
  return own
}
