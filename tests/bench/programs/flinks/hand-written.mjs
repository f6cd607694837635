/** As an application would write it with zod, ky and xstate: typed replies, no retry of an answer, a machine of states. */
import ky from 'ky'
import { assign, createActor, fromPromise, setup, waitFor } from 'xstate'
import * as z from 'zod'
import { customerId, loginId, securityResponses, token } from '../../lib/data.mjs'

const Reply = z.discriminatedUnion('HttpStatusCode', [
  z.object({
    HttpStatusCode: z.literal(203),
    RequestId: z.uuid(),
    SecurityChallenges: z.array(z.object({ Type: z.string(), Prompt: z.string() })).min(1),
  }),
  z.object({ HttpStatusCode: z.literal(200), RequestId: z.uuid(), Login: z.object({ Id: z.uuid() }) }),
])

export default function handWritten({ fetch, baseUrl, isCached = false }) {
  const api = ky.create({
    fetch,
    retry: 0,
    timeout: 240_000,
    headers: { accept: 'application/json', 'flinks-auth-key': token },
  })
  const url = `${baseUrl}/v3/${customerId}/BankingServices/Authorize`
  const machine = setup({
    actors: {
      authorize: fromPromise(async ({ input, signal }) =>
        Reply.parse(await api.post(url, { json: input, signal }).json()),
      ),
    },
    actions: { keep: assign({ reply: ({ event }) => event.output }) },
    guards: { isChallenge: ({ event }) => event.output.HttpStatusCode === 203 },
  }).createMachine({
    context: { body: { LoginId: loginId, MostRecentCached: isCached }, reply: null },
    initial: 'sending',
    states: {
      sending: {
        invoke: {
          src: 'authorize',
          input: ({ context }) => context.body,
          onDone: [
            { guard: 'isChallenge', target: 'challenge', actions: 'keep' },
            { target: 'done', actions: 'keep' },
          ],
          onError: 'failed',
        },
      },
      challenge: {
        on: {
          answer: {
            target: 'sending',
            actions: assign({
              body: ({ context, event }) => ({
                RequestId: context.reply.RequestId,
                SecurityResponses: event.responses,
              }),
            }),
          },
        },
      },
      done: { type: 'final' },
      failed: { type: 'final' },
    },
  })
  return async () => {
    const actor = createActor(machine)
    actor.subscribe((state) => {
      if (state.value === 'challenge')
        actor.send({ type: 'answer', responses: securityResponses(state.context.reply.SecurityChallenges) })
    })
    actor.start()
    const { value, context } = await waitFor(actor, ({ status }) => status !== 'active')
    if (value !== 'done') throw new Error('the flow failed')
    return context.reply.Login.Id
  }
}
