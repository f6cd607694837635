/** The customer, the ids and the answers of the bench's bank. */
export const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
export const token = 'authorize-token'
export const loginId = '10000000-0000-4000-8000-000000000001'
export const requestId = '20000000-0000-4000-8000-000000000001'
export const userGuid = 'USR-30000000-0000-4000-8000-000000000001'
export const memberGuid = 'MBR-40000000-0000-4000-8000-000000000001'
export const mxKey = { clientId: 'company', apiKey: 'key' }
export const PROMPTS = ['What is the name of your first pet?', 'In what city were you born?']
export const ANSWERS = { [PROMPTS[0]]: 'Rex', [PROMPTS[1]]: 'Toronto' }

/** The SecurityResponses of a Flinks round. */
export const securityResponses = (challenges) =>
  Object.fromEntries(challenges.map(({ Prompt, prompt = Prompt }) => [prompt, [ANSWERS[prompt]]]))

/** The body that resumes a job of MX. */
export const mxAnswers = (challenges) => ({
  member: { challenges: challenges.map(({ guid, label }) => ({ guid, value: ANSWERS[label] })) },
})

/** The answers of a round of bank-mfa. */
export const answers = ({ challenges }) =>
  Object.fromEntries(challenges.map(({ prompt, fields }) => [fields[0].name, ANSWERS[prompt]]))
