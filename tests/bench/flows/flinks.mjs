/**
 * A whole Flinks flow with each of the programs: authorize, two rounds of challenges, done. Each gets an authorize token,
 * makes the same three calls, answers by prompt, and returns the LoginId.
 */
import { FlinksClient } from '@rizwannur/flinks'
import ky from 'ky'
import { assign, createActor, fromPromise, setup, waitFor } from 'xstate'
import { z } from 'zod'
import { ANSWERS, customerId, loginId, token } from '../lib/bank.mjs'
import { flinks } from '../lib/entries.mjs'

const start = { LoginId: loginId, MostRecentCached: false }
const responses = (challenges) =>
  Object.fromEntries(challenges.map(({ Prompt, prompt = Prompt }) => [prompt, [ANSWERS[prompt]]]))

/** The limit: the same calls with `fetch` and JSON, and nothing else. */
export function bareFetch({ fetch, baseUrl }) {
  const url = `${baseUrl}/v3/${customerId}/BankingServices/Authorize`
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'flinks-auth-key': token }
  const call = async (body) => (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  return async () => {
    let reply = await call(start)
    while (reply.HttpStatusCode === 203)
      reply = await call({ RequestId: reply.RequestId, SecurityResponses: responses(reply.SecurityChallenges) })
    return reply.Login.Id
  }
}

export function bankMfa({ fetch, baseUrl, clock }) {
  const host = { instance: 'toolbox', customerId, authorizeToken: token, fetch, baseUrl, clock }
  return async () => {
    const flow = flinks.authorize({ loginId, mostRecentCached: false }, host)
    for await (const step of flow) {
      if (step.kind !== 'challenge') continue
      const answers = step.round.challenges.map(({ prompt, fields }) => [fields[0].name, ANSWERS[prompt]])
      await step.answer(Object.fromEntries(answers))
    }
    return (await flow.result()).loginId
  }
}

export function rizwannur({ fetch, baseUrl }) {
  const config = { instance: 'toolbox', customerId, authorizeToken: token, fetch, hosts: { banking: baseUrl } }
  return async () => {
    const { authorize } = new FlinksClient(config)
    let reply = await authorize.authorize({ loginId, mostRecentCached: false })
    while (reply.httpStatusCode === 203)
      reply = await authorize.authorize({
        requestId: reply.requestId,
        securityResponses: responses(reply.securityChallenges),
      })
    return reply.login.id
  }
}

const Reply = z.discriminatedUnion('HttpStatusCode', [
  z.object({
    HttpStatusCode: z.literal(203),
    RequestId: z.uuid(),
    SecurityChallenges: z.array(z.object({ Type: z.string(), Prompt: z.string() })).min(1),
  }),
  z.object({ HttpStatusCode: z.literal(200), RequestId: z.uuid(), Login: z.object({ Id: z.uuid() }) }),
])

/** As an application would write it with zod, ky and xstate: typed replies, no retry of an answer, a machine of states. */
export function handWritten({ fetch, baseUrl }) {
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
    context: { body: start, reply: null },
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
        actor.send({ type: 'answer', responses: responses(state.context.reply.SecurityChallenges) })
    })
    actor.start()
    const { value, context } = await waitFor(actor, ({ status }) => status !== 'active')
    if (value !== 'done') throw new Error('the flow failed')
    return context.reply.Login.Id
  }
}
