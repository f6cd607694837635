/** One wait for a bank: with a flow of bank-mfa and with loops that poll at a fixed pace, on a clock without real time. */
import { PROMPTS, customerId, loginId, memberGuid, mxKey, requestId, token, userGuid } from '../lib/data.mjs'
import { flinks } from '../lib/flinks.mjs'
import { mx } from '../lib/mx.mjs'

const json = (status, body) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** AuthorizeAsync of Flinks: 202 until the bank asks, then 203. */
function flinksBank(isReady) {
  const challenges = { SecurityChallenges: [{ Type: 'QuestionAndAnswer', Prompt: PROMPTS[0] }] }
  return () => {
    const status = isReady() ? 203 : 202
    const waiting = { FlinksCode: 'OPERATION_PENDING', Message: 'Your operation is still processing', Links: [] }
    const body = status === 203 ? { ...challenges, Institution: 'FlinksCapital', Links: [] } : waiting
    return json(status, { HttpStatusCode: status, RequestId: requestId, ...body })
  }
}

/** A job of MX: the status is CREATED until the bank asks, then CHALLENGED. */
function mxBank(isReady) {
  const challenges = [{ field_name: null, guid: 'CRD-1', label: PROMPTS[0], type: 0 }]
  return (_, { method }) => {
    const asks = method === 'GET' && isReady()
    const member = { guid: memberGuid, is_being_aggregated: true, aggregated_at: null, is_authenticated: false }
    const connection_status = asks ? 'CHALLENGED' : 'CREATED'
    return json(method === 'POST' ? 202 : 200, {
      member: { ...member, connection_status, challenges: asks ? challenges : [] },
    })
  }
}

const FLOWS = {
  flinks: (fetch, clock) =>
    flinks.authorize(
      { loginId, mostRecentCached: false, async: true },
      { instance: 'toolbox', customerId, authorizeToken: token, authorizeAsync: true, fetch, clock },
    ),
  mx: (fetch, clock) =>
    mx.member(
      { userGuid, memberGuid, job: 'aggregate' },
      { environment: 'integration', ...mxKey, version: 'v20111101', fetch, clock },
    ),
}

/** A flow of bank-mfa, until it shows the challenge. */
const flowOf = (vendor) => async (fetch, clock) => {
  const flow = FLOWS[vendor](fetch, clock)
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    // Whatever it asks from now on is for the round that is open.
    return flow.cancel()
  }
  throw new Error(`a flow ended with ${flow.current.failure?.code}`)
}

/** A loop that starts, and then polls every `pace` milliseconds until the bank asks. */
const loopOf = (pace) => async (fetch, clock) => {
  const asks = ({ SecurityChallenges, member }) => SecurityChallenges ?? member?.connection_status === 'CHALLENGED'
  let reply = await (await fetch('https://bank.example/start', { method: 'POST' })).json()
  while (!asks(reply)) {
    await clock.sleep(pace)
    reply = await (await fetch('https://bank.example/status', { method: 'GET' })).json()
  }
}

const BANKS = { flinks: flinksBank, mx: mxBank }
/** The programs: `[vendor, name, run]`. */
export const PROGRAMS = Object.entries({ flinks: 'Flinks AuthorizeAsync', mx: 'MX' }).flatMap(([vendor, label]) => [
  [vendor, `${label}: bank-mfa`, flowOf(vendor)],
  [vendor, `${label}: every 3 s`, loopOf(3_000)],
  [vendor, `${label}: every 10 s`, loopOf(10_000)],
])

/** Runs a program while the bank takes `delay` milliseconds. Returns the milliseconds lost, and the calls. */
export async function waitFor(vendor, run, delay, clock) {
  const readyAt = clock.now() + delay
  const bank = BANKS[vendor](() => clock.now() >= readyAt)
  let calls = 0
  await run(async (url, init) => ((calls += 1), bank(url, init)), clock)
  return { lost: clock.now() - readyAt, calls }
}
