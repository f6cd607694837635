/** Connects a bank account in the terminal. */
import { createInterface } from 'node:readline/promises'
import { flinks } from 'bank-mfa/flinks'
import { simulator } from 'bank-mfa/simulator'
import { describe } from 'bank-mfa/texts'

const bank = simulator()
const ids = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }

// For a real bank, replace these two lines. See README.md.
const host = { ...ids, authorizeToken: () => bank.token(), fetch: bank.fetch, clock: bank.clock }
const loginId = bank.loginId(process.argv[2] ?? 'text_or_call')

const terminal = createInterface({ input: process.stdin, output: process.stdout })
const flow = flinks.authorize({ loginId, mostRecentCached: false }, host)
let isOver = false
terminal.on('close', () => {
  // Ctrl+D, Ctrl+C, or the end of piped input: a question would wait for ever.
  if (isOver) return
  flow.cancel()
  console.log('\nThe input has ended, so the flow is cancelled.')
  process.exit(1)
})
for await (const step of flow) {
  if (step.kind === 'challenge') await answer(step)
  if (step.kind === 'done') console.log(`Connected to ${step.result.institution}`)
  if (step.kind === 'failed') console.log(describe(step.failure).sentence)
}
isOver = true
terminal.close()

/** Asks until the answers fit the round. Answers that do not fit are not sent. */
async function answer(step) {
  if (step.round.refused) console.log('The bank did not accept the answer.')
  for (;;) {
    try {
      const answers = await askRound(step.round)
      return await step.answer(answers)
    } catch (error) {
      // The bank did not wait for the answer. The next step says what follows.
      if (error.code === 'STALE_ROUND') return
      if (error.code !== 'INVALID_ANSWER') throw error
      console.log('Please answer each question.')
    }
  }
}

async function askRound({ challenges }) {
  const answers = {}
  for (const { prompt, fields } of challenges) {
    console.log(prompt)
    for (const { name, part, options } of fields) {
      options.forEach(({ label }, index) => console.log(`  ${index + 1}. ${label}`))
      const text = await terminal.question(`${part}> `)
      answers[name] = options.length > 0 ? (options[text - 1]?.id ?? '') : text
    }
  }
  return answers
}
