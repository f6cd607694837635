/** Crashes flows, and judges what came of it. */
import { walk } from './page.mjs'

/**
 * How a flow may end otherwise where the worker died over a send, by what the send was for: from where it was stored to
 * where its outcome was. Everywhere else, and where a send is not here, the flow ends as it would have.
 */
const HONEST = {
  // Flinks has no RequestId to ask by yet.
  'live start': ['outcome-unknown'],
  // Flinks may be asked, but not every customer's, and it may have forgotten.
  answer: ['outcome-unknown', 'session-expired'],
  // MX names no member yet, or says nothing of credentials that it has not heard.
  create: ['outcome-unknown'],
  update: ['outcome-unknown'],
}

/** What a bank may hear only as often as it would have. */
const SUBMISSIONS = ['answers', 'answersRepeated', 'credentials', 'credentialsRepeated', 'liveStarts', 'jobs']

const MINUTE = 60_000

let runs = 0

/** Walks a flow once, with a death at a point. */
async function once(stage, flow, killAt) {
  const run = `run${++runs}`
  const scene = await stage.begin(killAt)
  const bank = (verb, body) => stage.toBank(run, verb, body)
  const ask = (...args) => stage.ask(run, ...args)
  await bank('open', { flow: flow.name })
  const state = await walk(ask, bank, run, flow.wrong)
  await ask('POST', '/quiet')
  // An ending that the company was not told is told later.
  if (scene.ended === 0) {
    stage.pass(2 * MINUTE)
    await ask('POST', '/sweep')
    await ask('POST', '/quiet')
  }
  const { points, ended } = scene
  return { end: endOf(state), points, ended, counts: await bank('close') }
}

/** How a flow ended, without the times that a crash moves. */
function endOf({ step, code }) {
  if (step === undefined) return code
  if (step.kind === 'failed') return step.failure.code
  const { lastRefresh, aggregatedAt, successfullyAggregatedAt, ...result } = step.result
  return JSON.stringify(result)
}

/** The send over which a worker dies at a point, if it is over one. */
function underWay(points, at) {
  const name = (at) => points[at]?.replace(/^\w+ /, '')
  const isSend = (at) => points[at]?.startsWith('before') && !['write', 'remove', 'token', 'telling'].includes(name(at))
  // `after write`, `before` and `after` the send, `before write`.
  for (const near of [at + 1, at, at - 1, at - 2]) if (isSend(near)) return name(near)
  return undefined
}

/** Whether at a point the bank has just heard what it must not hear twice. */
export const isSubmission = (point) => /^after (live start|answer|resume|create|update|job)$/.test(point)

/** Crashes a flow at each of its points, or at those that fit. */
export async function crash(stage, flow, fits = () => true) {
  const whole = await once(stage, flow)
  const sends = whole.points.filter((point) => /^before (?!write|remove|telling)/.test(point)).length
  const report = {
    flow: flow.name,
    sends,
    points: whole.points.length,
    tried: 0,
    same: 0,
    honest: 0,
    doubles: 0,
    faults: [],
  }
  if (report.points < 3 * sends) report.faults.push(`only ${report.points} points for ${sends} sends`)
  for (let killAt = 1; killAt <= whole.points.length; killAt++) {
    const point = whole.points[killAt - 1]
    if (!fits(point)) continue
    let crashed = await once(stage, flow, killAt)
    // What two requests do at a time may come in another order, and then it was another point.
    for (let again = 0; again < 3 && crashed.points[killAt - 1] !== point; again++)
      crashed = await once(stage, flow, killAt)
    const fault = (what) => report.faults.push(`${killAt} ${point}: ${what}`)
    report.tried += 1
    if (crashed.points[killAt - 1] !== point) fault(`came to ${crashed.points[killAt - 1]} instead`)
    if (crashed.end === whole.end) report.same += 1
    else if (HONEST[underWay(whole.points, killAt - 1)]?.includes(crashed.end)) report.honest += 1
    else fault(`ends in ${crashed.end}, not in ${whole.end}`)
    const twice = SUBMISSIONS.filter((name) => crashed.counts[name] > whole.counts[name])
    report.doubles += twice.length > 0
    if (twice.length > 0) fault(`more ${twice.join(' and ')}`)
    if (crashed.ended === 0) fault('the company was never told')
    // A person who is shown the bank's window again opens it again, which no call of the worker's does.
    const known = { ...whole.counts.broken, 'window-used': 1 }
    const broken = Object.keys(crashed.counts.broken).filter((rule) => !(rule in known))
    if (broken.length > 0) fault(`breaks ${broken.join(' and ')}`)
  }
  return report
}
