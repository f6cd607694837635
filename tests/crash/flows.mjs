/** The flows that are crashed: the connection of each, and what its user does. */
export const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
export const NOON = Date.UTC(2026, 0, 21, 12)

/**
 * `connect(bank, base)` makes the connection at simulated vendors that are served under `base`. `wrong` lists the
 * rounds that the user answers wrongly, and `noCode` those in whose place they ask for a new session. `waits` says how
 * often the page waits for news before a round is answered, by its number. `cancels` is whether they cancel in the first
 * window of the bank. `types` are the credentials that they type. `rules` are Flinks' and `mxRules` MX's. `ends` is the
 * end without a crash: `done`, or the failure's code.
 */
const flow = (name, connect, more = {}) => ({
  name,
  connect,
  wrong: [],
  noCode: [],
  cancels: false,
  waits: {},
  types: [],
  rules: {},
  mxRules: {},
  ends: ENDS[name] ?? 'done',
  ...more,
})

const ENDS = {
  'flinks live terms_after_mfa': 'bank-action-required',
  'flinks live code_invalid_password': 'credentials-refused',
  'mx job denied': 'credentials-refused',
  'mx job, a wrong code': 'answer-refused',
  'mx new credentials': 'credentials-refused',
  'mx job, expires while it is watched': 'session-expired',
}

// Flinks --------------------------------------------------------------------------------------

const ASYNC = { authorizeAsync: true }

const byFlinks = (kind, params, host) => (bank, base) => ({
  vendor: 'flinks',
  host: { instance: 'toolbox', customerId, baseUrl: base, ...host },
  secretKey: bank.secretKey,
  flow: { kind, params: params(bank) },
})

const authorize = (name, params, host) =>
  byFlinks('authorize', (bank) => ({ loginId: bank.loginId(name), mostRecentCached: false, ...params }), host)
const reconnect = (name, params, host) =>
  byFlinks('reconnect', (bank) => ({ loginId: bank.loginId(name), ...params }), host)

const signIn = (name) =>
  byFlinks('authorize', ({ people }) => {
    const { username, password } = people.find((person) => person.username === name)
    return { username, password, institution: 'FlinksCapital' }
  })

/** The RequestId of a live session that waits for MFA, as a function of the bank. */
async function heldSession(bank, name) {
  const path = `http://bank/v3/${customerId}/BankingServices/Authorize`
  const body = JSON.stringify({ LoginId: bank.loginId(name), MostRecentCached: false, Save: true })
  const headers = { 'content-type': 'application/json', 'flinks-auth-key': await bank.token() }
  const { RequestId } = await (await bank.fetch(path, { method: 'POST', headers, body })).json()
  return () => ({ requestId: RequestId, loginId: bank.loginId(name) })
}

const asksCredentials = byFlinks('authorize', () => ({ institution: 'FlinksCapital' }))

/** Each kind of challenge, several rounds, waits, and endings without the user. */
const LIVE = [
  ...['Greatday', 'three_questions', 'multiple_choice', 'multiple_answers', 'image_selection', 'text_or_call'],
  ...['new_questions', 'device_push', 'one_time_verification', 'date_of_birth', 'mixed_types', 'equal_prompts'],
  ...['many_rounds', 'changing_ids', 'steady_id', 'terms_after_mfa'],
  ...['slow_pending', 'slow_dispatched', 'slow_after_answer', 'greatday_nomfa', 'code_invalid_password'],
]

const FLINKS = [
  ...LIVE.map((name) => flow(`flinks live ${name}`, authorize(name))),
  flow('flinks live, wrong, then right', authorize('Greatday'), { wrong: [1] }),
  flow('flinks live, wrong, then three', authorize('three_after_wrong'), { wrong: [1] }),
  flow('flinks live, polling not allowed', authorize('text_or_call'), { rules: { askByRequestId: false } }),
  flow('flinks live, AuthorizeAsync activated', authorize('text_or_call', {}, ASYNC)),
  flow('flinks live, no code', authorize('code_never_comes'), { noCode: [1] }),
  flow('flinks async', authorize('Greatday', { async: true }, ASYNC)),
  flow('flinks async, wrong, then right', authorize('Greatday', { async: true }, ASYNC), { wrong: [1] }),
  flow('flinks async, slow', authorize('slow_dispatched', { async: true }, ASYNC)),
  flow('flinks cached', authorize('Greatday', { mostRecentCached: true })),
  flow('flinks with credentials', signIn('Greatday')),
  flow('flinks with credentials, no challenge', signIn('greatday_nomfa')),
  flow('flinks asks for credentials', asksCredentials, { types: ['Greatday', 'Everyday'] }),
  flow('flinks asks for credentials, no challenge', asksCredentials, { types: ['greatday_nomfa', 'Everyday'] }),
  flow('flinks reconnect, no challenge', reconnect('greatday_nomfa')),
  flow('flinks reconnect, form', reconnect('Greatday', { presentation: 'form' })),
  flow('flinks reconnect, form, async', reconnect('Greatday', { presentation: 'form', async: true }, ASYNC)),
  flow('flinks reconnect, iframe', reconnect('Greatday')),
  flow('flinks reconnect, iframe, a token in mid-session', reconnect('Greatday', { midSessionToken: true }), {
    rules: { connect: { midSessionToken: true } },
  }),
  flow('flinks reconnect, iframe, a token in mid-session at the second try', reconnect('Greatday'), {
    rules: { connect: { midSessionToken: true } },
  }),
  flow('flinks reconnect, iframe, async', reconnect('Greatday', { async: true }, ASYNC)),
  flow('flinks reconnect, signs in again', reconnect('broken_login', { institutionId: 14 })),
  flow('flinks reconnect, data within maxAge', reconnect('Greatday', { maxAge: 604_800_000 })),
  flow('flinks reconnect, data older than maxAge', reconnect('Greatday', { presentation: 'form', maxAge: 86_400_000 })),
  flow('flinks resume', async (bank, base) => byFlinks('resume', await heldSession(bank, 'Greatday'))(bank, base)),
  flow(
    'flinks first link',
    byFlinks('connect', () => ({})),
  ),
]

// MX ------------------------------------------------------------------------------------------

const byMx = (params) => async (bank, base) => ({
  vendor: 'mx',
  host: { environment: 'integration', baseUrl: base },
  ...bank.mx.key,
  params: await params(bank, base),
})

const watch = (memberName) => (bank) => {
  const { userGuid, memberGuid } = bank.mx.member(memberName)
  return { userGuid, memberGuid }
}
const job = (memberName, more) => byMx((bank) => ({ ...watch(memberName)(bank), job: 'aggregate', ...more }))
/** Nobody is asked to sign in. */
const NEVER = { signIn: 'never' }

const create = (memberName) =>
  byMx(async (bank, base) => {
    const { userGuid, institutionCode } = bank.mx.member(memberName)
    return { userGuid, institutionCode, credentials: await credentials(bank, base, memberName) }
  })
const update = (memberName) =>
  byMx(async (bank, base) => ({
    ...{ ...watch(memberName)(bank), ...NEVER },
    credentials: await credentials(bank, base, memberName),
  }))

const asksToCreate = byMx(({ mx }) => ({ userGuid: mx.member('mx_bank').userGuid, institutionCode: 'mxbank' }))

/** The credentials, by the guids of the institution. */
async function credentials(bank, base, memberName) {
  const { institutionCode, username, password } = bank.mx.member(memberName)
  const authorization = `Basic ${btoa(Object.values(bank.mx.key).join(':'))}`
  const headers = { authorization, accept: 'application/json', 'accept-version': 'v20250224' }
  const reply = await bank.fetch(`${base}/institutions/${institutionCode}/credentials`, { headers })
  const values = { LOGIN: username, PASSWORD: password }
  return (await reply.json()).credentials.map(({ guid, field_name }) => ({ guid, value: values[field_name] }))
}

const oauth = byMx((bank) => ({
  userGuid: bank.mx.member('oauth').userGuid,
  institutionCode: 'mx_bank_oauth',
  isOauth: true,
}))

const signInAgain = byMx((bank) => ({ ...watch('oauth_revoked')(bank), isOauth: true }))

const JOBS = [
  ...[
    'text',
    'code_by_phone',
    'image_options',
    'options_with_guids',
    'mixed',
    'no_questions',
    'denied',
    'stale_denied',
  ],
  'oauth_challenged',
]

const MX = [
  ...JOBS.map((memberName) => flow(`mx job ${memberName}`, job(memberName, memberName === 'denied' ? NEVER : {}))),
  flow(
    'mx job, in the widget',
    byMx((bank) => ({ ...watch('text')(bank), job: 'aggregate', presentation: 'widget' })),
  ),
  flow('mx job, wrong, then right', job('wrong_again'), { wrong: [1] }),
  flow('mx job, wrong, then right at once', job('wrong_at_once'), { wrong: [1] }),
  // If a crash comes before the answer is sent, the round is asked again and types the same.
  flow('mx job, a wrong code', job('wrong_code'), { wrong: [1, 2] }),
  // In the default five minutes there would be a hundred polls.
  flow('mx job, no code', job('code_never_comes'), { noCode: [1], mxRules: { challengeMinutes: 2 } }),
  flow('mx watch, already challenged', byMx(watch('already_challenged'))),
  flow('mx job, answered after some watches', job('text'), { waits: { 1: 2 } }),
  flow('mx job, approved while it is watched', job('approved_in_app'), { waits: { 1: 3 } }),
  flow('mx job, answered elsewhere, then here', job('answered_elsewhere'), { waits: { 1: 3 } }),
  flow('mx job, expires while it is watched', job('expires_soon'), { waits: { 1: 3 } }),
  flow('mx watch, already running', byMx(watch('already_running'))),
  flow('mx new member', create('mx_bank_challenge')),
  flow('mx new member, no challenge', create('mx_bank')),
  flow('mx new member, created without a job', create('mx_bank_challenge'), { mxRules: { createdStatus: 200 } }),
  flow('mx new member, not found at first', create('mx_bank_challenge'), { mxRules: { createdVisibleAfter: 5_000 } }),
  flow('mx new credentials', update('denied')),
  flow('mx new member, asked for its credentials', asksToCreate, { types: ['mxuser', 'challenge'] }),
  flow('mx new member, asked for its credentials, no challenge', asksToCreate, { types: ['mxuser', 'x'] }),
  flow('mx job denied, asked for new credentials', job('denied'), { types: ['denied', 'Renewed'] }),
  flow('mx new member by OAuth', oauth),
  flow('mx job, signs in again at the bank', job('oauth_revoked')),
  flow('mx signs in again at the bank', signInAgain),
  flow('mx signs in again at the bank, cancels first', signInAgain, { cancels: true }),
]

export const flows = [...FLINKS, ...MX]
