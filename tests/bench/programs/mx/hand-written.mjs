/** As an application would write it with zod, ky and xstate. */
import ky from 'ky'
import { assign, createActor, fromPromise, setup, waitFor } from 'xstate'
import * as z from 'zod'
import { memberGuid, mxAnswers, mxKey, userGuid } from '../../lib/data.mjs'

const authorization = `Basic ${btoa(`${mxKey.clientId}:${mxKey.apiKey}`)}`
const accept = 'application/vnd.mx.api.v1+json'

const Reply = z.object({
  member: z.object({
    guid: z.string(),
    connection_status: z.string(),
    is_being_aggregated: z.boolean(),
    challenges: z.array(z.object({ guid: z.string(), label: z.string() })).optional(),
  }),
})

export default function handWritten({ fetch, baseUrl, sleep }) {
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
        actor.send({ type: 'answer', answers: mxAnswers(state.context.member.challenges) })
    })
    actor.start()
    const { value, context } = await waitFor(actor, ({ status }) => status !== 'active')
    if (value !== 'done') throw new Error('the flow failed')
    return context.member.connection_status
  }
}
