/** Crashes flows, and judges the outcomes. */
import { walk } from './page.mjs'

/**
 * The other ends that are allowed if the worker is killed between the write before a send and the write of its outcome,
 * by the purpose of the send. At all other points the flow must end as it does without a crash.
 */
const ALLOWED_ENDS = {
  // There is no RequestId to poll with yet.
  'live start': ['outcome-unknown'],
  // Not every customer can poll Flinks, and the session may have expired.
  answer: ['outcome-unknown', 'session-expired'],
  // MX has no member yet, or does not show whether it has received the credentials.
  create: ['outcome-unknown'],
  update: ['outcome-unknown'],
}

/** Counts of the bank that must not be higher than without a crash. */
export const SUBMISSIONS = ['answers', 'answersRepeated', 'credentials', 'credentialsRepeated', 'liveStarts']

/** How often a send may be repeated after a crash. MX does not start a job that is already running. */
const REPEATED = { job: 1 }

const MINUTE = 60_000

/** The number of concurrent runs. */
const BATCH_SIZE = 32

/** How many times a run is tried if it does not reach its crash point. */
const MAX_TRIES = 4

/** Walks a flow once. */
async function walkOnce(trial, flow) {
  const { run, ask, toBank, stopAt } = trial
  await toBank('open', { flow: flow.name })
  const state = await walk(ask, toBank, run, flow)
  const points = await ask('POST', '/quiet')
  // An ending that was not delivered is retried later.
  if (trial.ended === 0) {
    trial.now += 2 * MINUTE
    await ask('POST', '/sweep')
    await ask('POST', '/quiet')
  }
  // The points of a run that is killed come from its worker.
  return { end: endOf(state), counts: await toBank('close'), ...(stopAt === Infinity && { points }) }
}

/** The end of a flow, without the times that a crash changes. */
export function endOf({ step, code }) {
  if (step === undefined) return code
  if (step.kind === 'failed') return step.failure.code
  const { lastRefresh, aggregatedAt, successfullyAggregatedAt, ...result } = step.result
  return JSON.stringify(result)
}

/** The run whose order of points is the most common: on a slow machine, concurrent effects can change their order. */
function mostCommon(runs) {
  const order = ({ points }) => points.join()
  return runs.find((run, at) => runs.some((other, place) => place > at && order(other) === order(run))) ?? runs[0]
}

/** The send that is interrupted by a crash at a point, if any. */
function interruptedSend(points, at) {
  const name = (at) => points[at]?.replace(/^\w+ /, '')
  const isSend = (at) =>
    points[at]?.startsWith('before') && !['write', 'remove', 'token', 'delivery'].includes(name(at))
  // `after write`, `before` and `after` the send, `before write`.
  for (const near of [at + 1, at, at - 1, at - 2]) if (isSend(near)) return name(near)
  return undefined
}

/** Whether at a point a submission has just reached the bank. */
export const isSubmission = (point) => /^after (live start|answer|resume|create|update)$/.test(point)

/** Crashes a flow at each of its points, or at those that fit. */
export async function crash(session, flow, fits = () => true) {
  const runAll = (stops) => session.runBatch(stops, (trial) => walkOnce(trial, flow))
  const whole = mostCommon(await runAll([Infinity, Infinity, Infinity]))
  if (whole.counts === undefined) throw new Error(whole.end)
  const { points } = whole
  const sends = points.filter((point) => /^before (?!write|remove|delivery)/.test(point)).length
  const faults = []
  const report = { flow: flow.name, sends, points: points.length, tried: 0, same: 0, allowed: 0, doubleSends: 0 }
  if (points.length < 3 * sends) faults.push([0, `only ${points.length} points for ${sends} sends`])
  if (sends === 0) faults.push([0, 'nothing is sent'])
  const ending = whole.end.startsWith('{') ? 'done' : whole.end
  if (ending !== flow.ends) faults.push([0, `without a crash it ends in ${ending}, not in ${flow.ends}`])

  function judge(killAt, { points: reached, end, ended, counts }) {
    const point = points[killAt - 1]
    const fault = (what) => faults.push([killAt, `${point}: ${what}`])
    report.tried += 1
    if (reached[killAt - 1] !== point) return fault(`reached ${reached[killAt - 1]} instead`)
    if (counts === undefined) return fault(end)
    const send = interruptedSend(points, killAt - 1)
    if (end === whole.end) report.same += 1
    else if (ALLOWED_ENDS[send]?.includes(end)) report.allowed += 1
    else fault(`ends in ${end}, not in ${whole.end}`)
    const twice = SUBMISSIONS.filter((name) => counts[name] > whole.counts[name])
    if (counts.jobs > whole.counts.jobs + (REPEATED[send] ?? 0)) twice.push('jobs')
    report.doubleSends += twice.length > 0
    if (twice.length > 0) fault(`more ${twice.join(' and ')}`)
    if (ended === 0) fault('the ending was not delivered')
    const broken = Object.keys(counts.broken).filter((rule) => !(rule in whole.counts.broken))
    if (broken.length > 0) fault(`breaks ${broken.join(' and ')}`)
  }

  let left = points.flatMap((point, at) => (fits(point) ? [at + 1] : []))
  for (let tries = 1; left.length > 0; tries++) {
    const again = []
    while (left.length > 0) {
      const batch = left.splice(0, BATCH_SIZE)
      const outcomes = await runAll(batch)
      for (const [at, crashed] of outcomes.entries()) {
        const killAt = batch[at]
        // Concurrent requests can change the order of points, and then this was another point.
        const isReached = crashed.points[killAt - 1] === points[killAt - 1]
        if (isReached || tries === MAX_TRIES) judge(killAt, crashed)
        else again.push(killAt)
      }
    }
    left = again
  }
  // A new OAuth member has nothing to submit, and what the flow's preparation submitted is not its own.
  const submits = points.some(isSubmission) && SUBMISSIONS.some((name) => whole.counts[name] > 0)
  return {
    ...report,
    submits,
    faults: faults.sort(([one], [other]) => one - other).map(([at, what]) => `${at} ${what}`),
  }
}
