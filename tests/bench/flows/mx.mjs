/**
 * A whole MX flow with each of the programs: start a job, poll, answer one challenge, poll, done. Each returns the last
 * connection status. The wait before a poll ends at once.
 */
import ky from 'ky'
import { Configuration, MembersApi } from 'mx-platform-node'
import { assign, createActor, fromPromise, setup, waitFor } from 'xstate'
import { z } from 'zod'
import { ANSWERS, memberGuid, mxKey, userGuid } from '../lib/bank.mjs'
import { mx } from '../lib/entries.mjs'

const { clientId, apiKey } = mxKey
const authorization = `Basic ${btoa(`${clientId}:${apiKey}`)}`
const accept = 'application/vnd.mx.api.v1+json'
const answersTo = (challenges) => ({
  member: { challenges: challenges.map(({ guid, label }) => ({ guid, value: ANSWERS[label] })) },
})

/** The limit: the same calls with `fetch` and JSON, and nothing else. */
export function bareFetch({ fetch, baseUrl, sleep }) {
  const url = `${baseUrl}/users/${userGuid}/members/${memberGuid}`
  const headers = { authorization, accept, 'content-type': 'application/json' }
  const call = async (verb, method = 'GET', body = undefined) =>
    (await fetch(`${url}/${verb}`, { method, headers, body: body && JSON.stringify(body) })).json()
  return async () => {
    await call('aggregate', 'POST')
    for (;;) {
      await sleep(3_000)
      const { member } = await call('status')
      if (member.connection_status === 'CHALLENGED') await call('resume', 'PUT', answersTo(member.challenges))
      else if (!member.is_being_aggregated) return member.connection_status
    }
  }
}

export function bankMfa({ fetch, baseUrl, clock }) {
  const host = { environment: 'integration', clientId, apiKey, version: 'v20111101', fetch, baseUrl, clock }
  return async () => {
    const flow = mx.member({ userGuid, memberGuid, job: 'aggregate' }, host)
    for await (const step of flow) {
      if (step.kind !== 'challenge') continue
      const answers = step.round.challenges.map(({ prompt, fields }) => [fields[0].name, ANSWERS[prompt]])
      await step.answer(Object.fromEntries(answers))
    }
    return (await flow.result()).connectionStatus
  }
}

/** MX's client in a polling loop. It speaks through Axios, which gets the same `fetch` unless it opens the socket. */
export function platformNode({ fetch, baseUrl, sleep, isSocket }) {
  const transport = isSocket ? {} : { adapter: 'fetch', env: { fetch } }
  const baseOptions = { headers: { Accept: accept }, ...transport }
  const configuration = new Configuration({ username: clientId, password: apiKey, basePath: baseUrl, baseOptions })
  return async () => {
    const members = new MembersApi(configuration)
    await members.aggregateMember(memberGuid, userGuid)
    for (;;) {
      await sleep(3_000)
      const { member } = (await members.readMemberStatus(memberGuid, userGuid)).data
      if (member.connection_status === 'CHALLENGED')
        await members.resumeAggregation(memberGuid, userGuid, answersTo(member.challenges))
      else if (!member.is_being_aggregated) return member.connection_status
    }
  }
}

const Reply = z.object({
  member: z.object({
    guid: z.string(),
    connection_status: z.string(),
    is_being_aggregated: z.boolean(),
    challenges: z.array(z.object({ guid: z.string(), label: z.string() })).optional(),
  }),
})

/** As an application would write it with zod, ky and xstate. */
export function handWritten({ fetch, baseUrl, sleep }) {
  const headers = { authorization, accept }
  const api = ky.create({ fetch, prefix: `${baseUrl}/users/${userGuid}/members/${memberGuid}`, retry: 0, headers })
  const call = (method, verb) =>
    fromPromise(async ({ input, signal }) => Reply.parse(await api(verb, { method, json: input, signal }).json()))
  const failed = { onError: 'failed' }
  const is =
    (test) =>
    ({ event }) =>
      test(event.output.member)
  const machine = setup({
    actors: {
      aggregate: call('POST', 'aggregate'),
      resume: call('PUT', 'resume'),
      poll: fromPromise(async ({ signal }) => {
        await sleep(3_000)
        return Reply.parse(await api.get('status', { signal }).json())
      }),
    },
    actions: { keep: assign({ member: ({ event }) => event.output.member }) },
    guards: {
      isChallenged: is(({ connection_status }) => connection_status === 'CHALLENGED'),
      isRunning: is(({ is_being_aggregated }) => is_being_aggregated),
    },
  }).createMachine({
    context: { member: null, answers: null },
    initial: 'starting',
    states: {
      starting: { invoke: { src: 'aggregate', onDone: 'polling', ...failed } },
      polling: {
        invoke: {
          src: 'poll',
          onDone: [
            { guard: 'isChallenged', target: 'challenge', actions: 'keep' },
            { guard: 'isRunning', target: 'polling', reenter: true },
            { target: 'done', actions: 'keep' },
          ],
          ...failed,
        },
      },
      challenge: {
        on: { answer: { target: 'answering', actions: assign({ answers: ({ event }) => event.answers }) } },
      },
      answering: {
        invoke: { src: 'resume', input: ({ context }) => context.answers, onDone: 'polling', ...failed },
      },
      done: { type: 'final' },
      failed: { type: 'final' },
    },
  })
  return async () => {
    const actor = createActor(machine)
    actor.subscribe((state) => {
      if (state.value === 'challenge')
        actor.send({ type: 'answer', answers: answersTo(state.context.member.challenges) })
    })
    actor.start()
    const { value, context } = await waitFor(actor, ({ status }) => status !== 'active')
    if (value !== 'done') throw new Error('the flow failed')
    return context.member.connection_status
  }
}
