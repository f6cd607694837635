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
const SUBMISSIONS = ['answers', 'answersRepeated', 'credentials', 'credentialsRepeated', 'liveStarts']

/** What is sent again where the worker died over it. MX starts no job that runs already. */
const AGAIN = { job: 1 }

const MINUTE = 60_000

/** So many runs go on at the same time. */
const BATCH = 32

/** How often a run is tried that did not come to its point. */
const TRIES = 4

/** Walks a flow once. */
async function perform(scene, flow) {
  const { run, ask, toBank, stopAt } = scene
  await toBank('open', { flow: flow.name })
  const state = await walk(ask, toBank, run, flow.wrong)
  const points = await ask('POST', '/quiet')
  // An ending that the company was not told is told later.
  if (scene.ended === 0) {
    scene.now += 2 * MINUTE
    await ask('POST', '/sweep')
    await ask('POST', '/quiet')
  }
  // Of a run that dies, those before it does.
  return { end: endOf(state), counts: await toBank('close'), ...(stopAt === Infinity && { points }) }
}

/** How a flow ended, without the times that a crash moves. */
function endOf({ step, code }) {
  if (step === undefined) return code
  if (step.kind === 'failed') return step.failure.code
  const { lastRefresh, aggregatedAt, successfullyAggregatedAt, ...result } = step.result
  return JSON.stringify(result)
}

/** The way that most runs went: where the machine is slow, what runs at the same time comes in another order at times. */
function usual(runs) {
  const way = ({ points }) => points.join()
  return runs.find((run, at) => runs.some((other, place) => place > at && way(other) === way(run))) ?? runs[0]
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
export const isSubmission = (point) => /^after (live start|answer|resume|create|update)$/.test(point)

/** Crashes a flow at each of its points, or at those that fit. */
export async function crash(stage, flow, fits = () => true) {
  const play = (stops) => stage.play(stops, (scene) => perform(scene, flow))
  const whole = usual(await play([Infinity, Infinity, Infinity]))
  if (whole.counts === undefined) throw new Error(whole.end)
  const { points } = whole
  const sends = points.filter((point) => /^before (?!write|remove|telling)/.test(point)).length
  const faults = []
  const report = { flow: flow.name, sends, points: points.length, tried: 0, same: 0, honest: 0, doubles: 0 }
  if (points.length < 3 * sends) faults.push([0, `only ${points.length} points for ${sends} sends`])
  if (sends === 0) faults.push([0, 'nothing is sent'])
  const ending = whole.end.startsWith('{') ? 'done' : whole.end
  if (ending !== flow.ends) faults.push([0, `left alone it ends in ${ending}, not in ${flow.ends}`])

  function judge(killAt, { points: came, end, ended, counts }) {
    const point = points[killAt - 1]
    const fault = (what) => faults.push([killAt, `${point}: ${what}`])
    report.tried += 1
    if (came[killAt - 1] !== point) return fault(`came to ${came[killAt - 1]} instead`)
    if (counts === undefined) return fault(end)
    const over = underWay(points, killAt - 1)
    if (end === whole.end) report.same += 1
    else if (HONEST[over]?.includes(end)) report.honest += 1
    else fault(`ends in ${end}, not in ${whole.end}`)
    const twice = SUBMISSIONS.filter((name) => counts[name] > whole.counts[name])
    if (counts.jobs > whole.counts.jobs + (AGAIN[over] ?? 0)) twice.push('jobs')
    report.doubles += twice.length > 0
    if (twice.length > 0) fault(`more ${twice.join(' and ')}`)
    if (ended === 0) fault('the company was never told')
    const broken = Object.keys(counts.broken).filter((rule) => !(rule in whole.counts.broken))
    if (broken.length > 0) fault(`breaks ${broken.join(' and ')}`)
  }

  let left = points.flatMap((point, at) => (fits(point) ? [at + 1] : []))
  for (let tries = 1; left.length > 0; tries++) {
    const again = []
    while (left.length > 0) {
      const batch = left.splice(0, BATCH)
      const played = await play(batch)
      for (const [at, crashed] of played.entries()) {
        const killAt = batch[at]
        // What two requests do at a time may come in another order, and then it was another point.
        const came = crashed.points[killAt - 1] === points[killAt - 1]
        if (came || tries === TRIES) judge(killAt, crashed)
        else again.push(killAt)
      }
    }
    left = again
  }
  const submits = SUBMISSIONS.some((name) => whole.counts[name] > 0)
  return {
    ...report,
    submits,
    faults: faults.sort(([one], [other]) => one - other).map(([at, what]) => `${at} ${what}`),
  }
}
