/** The simulated banks of the server that serves this page: `npx bank-mfa demo`. */

/**
 * @param {{ vendor: string, connect: string, instance: string, customerId: string }} config of the server
 * @param {string} session names this tab's banks
 */
export function openServerBank({ vendor, connect, instance, customerId }, session) {
  const baseUrl = `${vendor}/s/${session}`
  const edgeUrl = new URL('edge', location.href).href
  const edgeHeaders = { authorization: `Bearer ${session}` }
  return {
    /** The vendor's API. */
    baseUrl,
    /** This page's server, which calls MX with the API key. */
    proxyUrl: new URL(`mx/${session}`, location.href).href,
    /** This page's server, which mints Flinks authorize tokens. */
    tokenUrl: new URL('token', location.href).href,
    edgeUrl,
    edgeHeaders,
    /** Flinks Connect. */
    connectUrl: `${connect}/s/${session}`,
    instance,
    customerId,
    fetch: (input, init) => fetch(input, init),

    /** Lists the simulated people: `people` for Flinks, `members` for MX. */
    list: (which) => callJson(`${baseUrl}/control/${which}`),

    /** Changes the simulator; `vendor-server.js` documents the commands. */
    control: (command) => callJson(`${baseUrl}/control`, command),

    /** Moves the clocks of vendor and edge forward. The vendor is first: the edge's clock must not be ahead of it. */
    async advance(ms) {
      await callJson(`${baseUrl}/control`, { advance: ms })
      await callJson(`${edgeUrl}/time`, { advance: ms }, edgeHeaders)
    },
  }
}

async function callJson(url, body, headers) {
  const response = await fetch(url, body && { method: 'POST', body: JSON.stringify(body), headers })
  if (!response.ok) throw new Error(`${new URL(url, location).pathname} answered ${response.status}`)
  return response.json()
}
