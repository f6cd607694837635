/** What both homes of the worker share: the company's configuration, each effect of which asks whether to go on. */
export const ORIGIN = 'https://app.example'
export const SEAL = { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } }

/** What a call to a vendor is for. */
function purposeOf(url, { method, body }) {
  const last = new URL(url).pathname.split('/').at(-1)
  if (last === 'GenerateAuthorizeToken') return 'token'
  if (last.startsWith('Authorize')) {
    const said = body === null ? {} : JSON.parse(body)
    if (said.SecurityResponses) return 'answer'
    if (said.RequestId) return 'poll'
    return said.MostRecentCached ? 'cached start' : 'live start'
  }
  if (last === 'resume' || last === 'status' || last === 'oauth_window_uri') return last
  if (last === 'members') return 'create'
  return method === 'PUT' ? 'update' : 'job'
}

/**
 * The points of a run, in the order in which this process came to them. At the one that `stopAt` counts, it says so and
 * nothing of the run happens any more: the process is about to die.
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
 * The company in a run: its user and its connection have the run's name. `between` does an effect between two points.
 */
export function companyOf(run, { bank, controller }, clock) {
  const post = (url, body) =>
    fetch(url, { method: 'POST', headers: { 'x-now': `${clock.now()}` }, body: JSON.stringify(body) })
  // No reply comes.
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
    onFlowEnded: (ended) => between('telling', async () => (await post(`${controller}/${run}/ended`, ended)).text()),
    onError: (error) => console.error(error),
    fetch: (url, init) => {
      const headers = { ...init.headers, 'x-now': `${clock.now()}` }
      return between(purposeOf(url, init), () => fetch(url, { ...init, headers }))
    },
    clock,
  }
  return { between, config, points, stopAt }
}

/** Keeps what runs in the background, so that `quiet` can wait for it. */
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
