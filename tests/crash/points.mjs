/** The company's configuration on both stores. Each of its effects is between two crash points. */
export const ORIGIN = 'https://app.example'
export const SEAL = { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } }

/** The purpose of a call to a vendor. */
function purposeOf(url, { method, body }) {
  const last = new URL(url).pathname.split('/').at(-1)
  if (last === 'GenerateAuthorizeToken') return 'token'
  if (last.startsWith('Authorize')) {
    const params = body === null ? {} : JSON.parse(body)
    if (params.SecurityResponses) return 'answer'
    if (params.RequestId) return 'poll'
    return params.MostRecentCached ? 'cached start' : 'live start'
  }
  if (['resume', 'status', 'oauth_window_uri', 'widget_urls', 'credentials'].includes(last)) return last
  if (last === 'members') return 'create'
  return method === 'PUT' ? 'update' : 'job'
}

/**
 * The crash points that this process has reached, in their order. At the point whose number is `stopAt`, it calls
 * `stop`, and the run does nothing more: the process is about to be killed.
 */
function pointsOf(stop) {
  const points = []
  let stopAt = Infinity
  return {
    points,
    stopAt: (count) => void (stopAt = count),
    async reach(what) {
      if (points.length >= stopAt) return new Promise(() => {})
      points.push(what)
      if (points.length === stopAt) await stop(points)
    },
  }
}

/**
 * The company of a run: its user and its connection have the run's name. `between` runs an effect between two points. While
 * `waitUntil` knows of a delivery, the clock stands still. With `prints`, the company makes a mistake: it prints requests.
 */
export function companyOf(run, { bank, controller, prints }, clock, waitUntil) {
  const post = (url, body) =>
    fetch(url, { method: 'POST', headers: { 'x-now': `${clock.now()}` }, body: JSON.stringify(body) })
  // The controller never replies to this call.
  const { points, stopAt, reach } = pointsOf((points) => post(`${controller}/${run}/stopped`, points))
  async function between(what, effect) {
    await reach(`before ${what}`)
    const outcome = await effect()
    await reach(`after ${what}`)
    return outcome
  }
  const config = {
    authenticate: (request) => request.headers.get('authorization'),
    resolve: async (_, connection) => (await post(`${bank}/run/${connection}/connection`)).json(),
    origins: [ORIGIN],
    seal: SEAL,
    limits: { startsPerHour: 1_000 },
    onFlowEnded(ended) {
      const delivery = between('delivery', async () => (await post(`${controller}/${run}/ended`, ended)).text())
      waitUntil(delivery)
      return delivery
    },
    onError: (error) => console.error(error),
    fetch: (url, init) => {
      const headers = { ...init.headers, 'x-now': `${clock.now()}` }
      if (prints) console.log(init.body)
      return between(purposeOf(url, init), () => fetch(url, { ...init, headers }))
    },
    clock,
  }
  return { between, config, points, stopAt }
}

/** Tracks background tasks. `quiet` waits for them. */
export function background() {
  const tasks = new Set()
  return {
    isBusy: () => tasks.size > 0,
    waitUntil(task) {
      tasks.add(task)
      task.finally(() => tasks.delete(task)).catch(() => {})
    },
    async quiet() {
      while (tasks.size > 0) await Promise.allSettled(tasks)
    },
  }
}
