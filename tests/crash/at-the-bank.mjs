/**
 * What the user of a flow does at the simulated vendors, as opposed to in the app. `trial` has the bank, the connection
 * and the newest id; `address` is where the vendors are served. `advance` of the bank's clock may return a promise.
 */
export const atTheBank = {
  /** The right answers: SecurityResponses of Flinks, or the values of a resume at MX. */
  right(_, { bank, newestId }) {
    const right = newestId.startsWith('MBR-') ? bank.mx.rightValues(newestId) : bank.rightAnswers(newestId)
    return right === undefined ? null : JSON.parse(right)
  },
  /** The user signs in or answers in the vendor's iframe. Returns what the page tells the edge. */
  async iframe({ address: iframeUrl }, { bank, connection }, address) {
    const query = Object.fromEntries(new URL(iframeUrl).searchParams)
    const call = async (name, body) => {
      const reply = await bank.fetch(`${address}/connect/${name}`, { method: 'POST', body: JSON.stringify(body) })
      return reply.json()
    }
    const person = personOf(connection, bank)
    let view = await call('open', query)
    const { visit } = view
    for (let round = 0; view.state !== 'done' && round < 10; round++) {
      if (view.state === 'credentials') view = await call('sign-in', { visit, ...person })
      else if (view.state === 'asks') {
        const responses = Object.entries(person.responses[0])
        view = await call('answer', { visit, responses })
      } else if (view.state === 'works') {
        await bank.clock.advance(10_000)
        view = await call('look', { visit })
      } else break
    }
    if (view.code === 'TOKEN_INVALID') return { kind: 'token-refused' }
    return { kind: 'returned', claim: { loginId: person.loginId, accountIds: view.accountIds } }
  },
  /** The user answers in MX's widget. */
  async widget({ url }, { bank, newestId }) {
    const call = (name, body) =>
      bank.fetch(`${url}/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    // An address works once. After a crash, the user may be shown one that they have opened already.
    if (!(await bank.fetch(url)).ok) return void (await bank.clock.advance(3_000))
    const { state } = await (await call('look', '{}')).json()
    if (state === 'asks') await call('answer', bank.mx.rightValues(newestId))
    await bank.clock.advance(3_000)
  },
  /** The user decides at the bank's own site. Returns the address to which it redirects. */
  async window({ url, decision }, { bank }) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await bank.fetch(url, { method: 'POST', headers, body: `decision=${decision}` })
    const landing = reply.headers.get('location') ?? 'back'
    await bank.clock.advance(3_000)
    return { url: new URL(landing, 'https://app.example').href }
  },
}

function personOf({ flow }, { people }) {
  return people.find(({ loginId }) => loginId === flow.params.loginId) ?? people[0]
}

/** Remembers the id by which the vendor knows the session whose answers the user gives next. */
export function noteId(trial, url, text) {
  trial.newestId =
    /"requestid":\s*"([^"]+)"/i.exec(text)?.[1] ??
    /MBR-[\w-]+/.exec(url)?.[0] ??
    /MBR-[\w-]+/.exec(text)?.[0] ??
    trial.newestId
}
