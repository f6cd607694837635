/** Every state of the element, by name: how a test reaches it. axe and the screenshots visit all of them. */

export const text = (name, more) => ({
  name,
  type: 'text',
  part: 'answer',
  optional: false,
  secret: false,
  options: [],
  ...more,
})
export const challenge = (id, prompt, more, fields = [text(`${id}.answer`)]) => ({
  ...{ id, kind: 'question', vendorType: 'QuestionAndAnswer', prompt, image: null, fields, ...more },
})
export const round = (challenges, more) => ({
  kind: 'challenge',
  round: { number: 1, refused: false, challenges, expires: null, newSession: null, ...more },
})
const failure = (code, next, retryAt = null) => ({
  kind: 'failed',
  failure: { code, next, retryAt, otherwise: null, message: '', vendorCode: null, status: null, memberGuid: null },
})
const working = (stage, until = null) => ({ kind: 'working', stage, until })
const MINUTE = 60_000
const LONG = 'Which of the following memorable places that you have named to us in the past did you visit first? '
const CODE = text('1.1.answer', { autocomplete: 'one-time-code' })

const flinks = (name, more) => async (visitor) => {
  await visitor.run('start', 'flinks', name, more)
  await visitor.state('challenge', 'connect', 'done', 'failed')
}
const mx = (name, more) => async (visitor) => {
  await visitor.run('start', 'mx', name, more)
  await visitor.state('challenge', 'redirect', 'done', 'failed')
}
const fake = (step) => async (visitor) => {
  await visitor.run('step', typeof step === 'function' ? step(await visitor.run('now')) : step)
  await visitor.element.locator('[part=box][data-state]').waitFor()
}

export const STATES = {
  idle: (visitor) => visitor.run('offer', 'flinks', 'Greatday'),
  'cannot start': async (visitor) => {
    await visitor.run('expectRejections')
    await visitor.run('offer', 'flinks', 'Greatday', { loginId: 7 })
    await visitor.button('Connect your bank').click()
    await visitor.element.getByRole('alert').getByText('our side').waitFor()
  },
  starting: fake(working('start')),
  polling: fake((now) => working('poll', now + 8_000)),
  'waiting for the old session': fake((now) => working('expiry', now + 7 * MINUTE + 5_000)),
  question: flinks('Greatday'),
  'three questions': flinks('three_questions'),
  refused: async (visitor) => {
    await flinks('three_after_wrong')(visitor)
    await visitor.element.getByLabel('Your answer').fill('Berlin')
    await visitor.page.keyboard.press('Enter')
    await visitor.element.getByRole('alert').getByText('did not accept').waitFor()
  },
  'missing answers': async (visitor) => {
    await flinks('mixed_types')(visitor)
    await visitor.button('Send').click()
    await visitor.element.getByText('Please answer this.').first().waitFor()
  },
  'answer not sent': async (visitor) => {
    const error = { code: 'RATE_LIMITED', next: 'retry-later' }
    await fake({ ...round([challenge('1.1', 'What is your favourite colour?')]), answer: { error } })(visitor)
    await visitor.element.getByLabel('Your answer').fill('blue')
    await visitor.button('Send').click()
    await visitor.element.getByRole('alert').getByText('A limit is reached').waitFor()
  },
  'one choice': flinks('multiple_choice'),
  'several choices': flinks('multiple_answers'),
  pictures: flinks('image_selection'),
  delivery: flinks('text_or_call'),
  'new questions': flinks('new_questions'),
  'unknown type': flinks('device_push'),
  code: fake((now) =>
    round([challenge('1.1', 'Enter the code we just sent you', { kind: 'code' }, [CODE])], {
      expires: { at: now + 7 * MINUTE + 12_000, documented: true },
      newSession: { at: now + 7 * MINUTE, documented: true },
    }),
  ),
  'no code': async (visitor) => {
    await STATES.code(visitor)
    await visitor.element.getByText('I got no code').click()
  },
  credentials: flinks('Greatday', { kind: 'credentials' }),
  'picture to read': mx('mx_bank_image'),
  'many options': mx('many_options'),
  markup: mx('markup'),
  'long texts': fake(
    round([
      challenge('1.1', LONG.repeat(3)),
      challenge('1.2', 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz'.repeat(2), {}, [
        text('1.2.answer', {
          type: 'select',
          options: ['Short', LONG, 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz'.repeat(2)].map(
            (label, id) => ({ id: String(id), label, image: null }),
          ),
        }),
      ]),
    ]),
  ),
  window: mx('oauth_again', { signIn: 'ask' }),
  'window opened': async (visitor) => {
    await STATES.window(visitor)
    await visitor.button('Open your bank’s website').click()
    await visitor.button('Open it again').waitFor()
  },
  'window failed': fake({
    ...{ kind: 'redirect', purpose: 'oauth', url: 'https://bank.example' },
    error: { code: 'denied', vendorReason: 'DENIED' },
  }),
  widget: async (visitor) => {
    await visitor.run('start', 'mx', 'text', { presentation: 'widget' })
    await visitor.page.frameLocator('bank-mfa iframe').getByRole('textbox').first().waitFor()
  },
  frame: async (visitor) => {
    await visitor.run('start', 'flinks', 'Greatday', { kind: 'reconnect' })
    await visitor.page.frameLocator('bank-mfa iframe').getByRole('textbox').first().waitFor()
  },
  'frame failed': async (visitor) => {
    const error = { code: 'unreachable', next: 'retry-later' }
    await fake({ kind: 'connect', purpose: 'mfa', until: 0, pageUrl: { error } })(visitor)
    await visitor.element.getByRole('alert').waitFor()
  },
  'frame loading': fake({ kind: 'connect', purpose: 'mfa', until: 0, pageUrl: { hangs: true } }),
  done: flinks('greatday_nomfa'),
  'failed for now': flinks('code_too_many_requests_429'),
  'failed, can try again': fake(failure('session-expired', 'start-over')),
  'failed for good': fake(failure('institution-closed', 'give-up')),
  'failed at the bank': fake(failure('login-disabled', 'visit-bank')),
  cancelled: fake(failure('cancelled', 'start-over')),
}
