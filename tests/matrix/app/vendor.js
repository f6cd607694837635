/** The vendor's page in the iframe: the person has answered, and the page reports it. */
const call = async (path, body) => (await fetch(path, { method: 'POST', body: JSON.stringify(body) })).json()
const post = (message) => parent.postMessage(message, '*')

async function answer() {
  post({ step: 'APP_MOUNTED' })
  // The session ends later than it began.
  await fetch('/advance?ms=60000', { method: 'POST' })
  const { visit } = await call('/connect/open', Object.fromEntries(new URLSearchParams(location.search)))
  const { loginId } = await call('/connect/answer', {
    visit,
    responses: [['What city were you born in?', ['Montreal']]],
  })
  post({ step: 'REDIRECT', loginId })
}

answer()
