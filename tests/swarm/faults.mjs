/** What can go wrong in a world, and how often where a world has it. A world has about half of it. */
export const FAULTS = {
  'page request lost': 0.04,
  'page reply lost': 0.04,
  'page request slow': 0.05,
  'page request twice': 0.04,
  'page stream cut': 0.05,
  'page stream held back': 0.2,
  'vendor request lost': 0.03,
  'vendor reply lost': 0.04,
  'vendor request slow': 0.05,
  'vendor request very late': 0.02,
  'vendor request twice': 0.05,
  'vendor reply damaged': 0.04,
  'vendor status': 0.03,
  'store refuses': 0.01,
  'store is slow': 0.03,
  'store loses an acknowledgement': 0.01,
  'edge dies at an effect': 0.01,
  'edge dies': 0.3,
  'page storage refuses': 0.03,
  'company function throws': 0.05,
  'company refuses an ending': 0.6,
  'company refuses an ending for good': 0.1,
  'company hangs': 0.1,
  webhook: 0.5,
  'webhook twice': 0.3,
  'foreign page': 0.15,
}

/** What people do besides answering rightly, and how often. A world has about half of it. */
export const DEEDS = {
  'answers wrongly': 0.2,
  'double-clicks': 0.25,
  'submits two different answers': 0.1,
  reloads: 0.12,
  'closes the page': 0.08,
  'comes back tomorrow': 0.05,
  'opens a second tab': 0.15,
  cancels: 0.06,
  'lets it expire': 0.05,
  'asks for a new session': 0.08,
  'starts over at once': 0.2,
  'refuses at the bank': 0.4,
  'leaves the window': 0.4,
  'opens a window twice': 0.3,
  'sends a forged message': 0.5,
  'wakes the page': 0.15,
  'goes offline': 0.2,
}

/**
 * The replies that a vendor or a gateway can send in place of the right one. The simulator knows them by these names. A
 * reply of ten megabytes would take too long; the tests of the package have it.
 */
export const DAMAGE = [
  'html',
  'html-type',
  'empty',
  'not-utf8',
  'truncated-json',
  'deep-json',
  'redirect',
  'no-content',
]
/** The keys that a reply can lack. */
export const LACKS = ['RequestId', 'SecurityChallenges', 'FlinksCode', 'Login']
export const MX_DAMAGE = [...DAMAGE, 'no-member', 'null-member', 'member-list']

export const STATUSES = [400, 403, 404, 408, 409, 429, 500, 502, 503, 504]

/** What depends on a company's contract with a vendor, or on which page of a vendor is right. */
export const CONTRACTS = [
  {},
  { rules: { tokenMinutes: 30, successCode: 'ok' } },
  { rules: { tokenExpiresInSession: true, successCode: 'created' } },
  { rules: { refuseConcurrent: true } },
  { rules: { emptyAnswersIncomplete: true } },
  { mxRules: { acceptVersionRequired: true, createdStatus: 200 } },
  { mxRules: { createdVisibleAfter: 5_000, challengeMinutes: 1 } },
  { mxRules: { expiredAsksAgain: false, mxBankDenies: true } },
]
