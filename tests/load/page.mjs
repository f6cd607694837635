/** A page, as a client of the edge. All pages share kept-alive connections. */
import { Agent, request } from 'node:http'
import { ORIGIN, answer } from './people.mjs'

const agent = new Agent({ keepAlive: true })

/** Sends a request as a browser does. */
function ask(url, n, method, path, body) {
  const sent = body && JSON.stringify(body)
  const headers = { authorization: `${n}`, origin: ORIGIN, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const call = request(`${url}/mfa${path}`, { agent, method, headers }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      reply.on('end', () => resolve(JSON.parse(text)))
      reply.on('error', reject)
    })
    call.on('error', reject).end(sent)
  })
}

export function page(url, n) {
  const own = { requests: 0, start, getState, answer: answerRound, settled }
  const call = (...args) => ((own.requests += 1), ask(url, n, ...args))
  function start() {
    return call('POST', '/flows', { connection: 'c_1' })
  }
  function getState({ flow, version }) {
    return call('GET', `/flows/${flow}?after=${version}`)
  }
  /** Each round of each person has its own answer. */
  function answerRound({ flow, step: { round } }) {
    const [{ fields }] = round.challenges
    return call('POST', `/flows/${flow}/answer`, {
      round: round.number,
      answers: { [fields[0].name]: answer(n, round.number) },
    })
  }
  /** Waits while the flow works. */
  async function settled(state) {
    while (state.step?.kind === 'working') state = await getState(state)
    return state
  }
  return own
}
