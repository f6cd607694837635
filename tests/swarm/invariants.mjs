/** What must be true of every world when it has ended. */
import { lieOf } from './endings.mjs'
import { formatsDiffer } from './releases.mjs'

/** All that is wrong with a world: `{ kind, text }`. */
export function flawsOf(world) {
  const flaws = []
  const flaw = (kind, text) => flaws.push({ kind, text })
  for (const check of CHECKS) check(world, flaw)
  return flaws
}

const of = ({ arrivals }, name) => arrivals.filter(({ connection }) => connection === name)
const same = (one, other) => JSON.stringify([...one].sort()) === JSON.stringify([...other].sort())
const countOf = (list, key) => new Set(list.map(key)).size

/** No answer reaches a bank more often than a user has submitted one. */
function answersArriveOnce({ bank, connections }, flaw) {
  for (const { name, submissions } of connections.values()) {
    const answers = of(bank, name).filter((arrival) => arrival.answers !== undefined)
    const submitted = submissions.filter(({ kind }) => kind === 'answers')
    const rounds = countOf(submitted, ({ flow, round }) => `${flow} ${round}`)
    if (answers.length > rounds) flaw('received twice', `${name}: ${answers.length} answers for ${rounds} rounds`)
    const seen = new Set()
    for (const { requestId, member, guids, raw, answers: values, damaged, isLate, reply } of answers) {
      const unique = values.filter((text) => /^zq/.test(text)).join()
      // Each round has a RequestId of its own at Flinks, and guids of its own at MX. It stays open if a gateway has replied
      // in the vendor's place, and then the user is asked again.
      const isOpen = /^(\d+|redirect|without RequestId)$/.test(damaged)
      // After a minute and two polls the user is asked again. MX refuses what comes later, because it then asks nothing, or
      // something else.
      const isStray = isLate && [400, 405].includes(reply.status)
      const round = !isOpen && !isStray && `${requestId ?? member} ${guids ?? Object.keys(raw)}`
      for (const key of [unique, round].filter(Boolean)) {
        if (seen.has(key)) flaw('received twice', `${name}: the answer ${key} arrived twice`)
        seen.add(key)
      }
    }
  }
}

/** Credentials, too. Those in the parameters of a flow are submitted once for each flow. */
function credentialsArriveOnce({ bank, connections, flows }, flaw) {
  for (const { name, submissions, original, hasOwnCredentials } of connections.values()) {
    const arrived = of(bank, name).filter(({ credentials }) => credentials !== undefined)
    const submitted = submissions.filter(({ kind }) => kind === 'credentials')
    const rounds = countOf(submitted, ({ flow, round }) => `${flow} ${round}`)
    const { params } = original.flow ?? original
    const hasOwn = hasOwnCredentials || params.username !== undefined || params.credentials !== undefined
    const own = hasOwn ? [...flows.values()].filter(({ connection }) => connection === name).length : 0
    if (arrived.length > rounds + own) {
      flaw('received twice', `${name}: ${arrived.length} credentials for ${rounds} forms and ${own} flows`)
    }
    for (const { credentials } of arrived) {
      const isSubmitted = submitted.some(({ values }) => same(values, credentials))
      if (!isSubmitted && !hasOwn) flaw('wrong person', `${name}: credentials that nobody has submitted`)
    }
  }
}

/** What reaches a bank is what the person of this connection has submitted, in the round that they saw. */
function answersArriveWhereTheyBelong({ bank, connections }, flaw) {
  for (const { name, submissions } of connections.values()) {
    const submitted = submissions.filter(({ kind }) => kind === 'answers')
    for (const arrival of of(bank, name)) {
      if (arrival.answers === undefined) continue
      const fitting = submitted.filter((given) => fits(given, arrival))
      if (fitting.length === 0) {
        flaw(
          'wrong person',
          `${name}: answers that nobody has submitted: ${JSON.stringify(arrival.raw ?? arrival.answers)}`,
        )
        continue
      }
      const isRight = fitting.every(({ isRight }) => isRight)
      const now = arrival.right && valuesOf(arrival.right)
      // The session may have ended at the bank in the meantime: then the answers are for no round.
      if (isRight && now && !same(now, arrival.answers) && !fitting.some(({ prompts }) => arePrompts(prompts, arrival)))
        flaw('wrong round', `${name}: right answers arrive in another round`)
    }
  }
}

/** Unique texts are compared; a choice has no text of its own. */
function fits({ values }, { answers }) {
  return values.every((text) => answers.includes(text))
}

const valuesOf = ({ member, ...responses }) =>
  member ? member.challenges.map(({ value }) => value) : Object.values(responses).flat()
const arePrompts = (prompts, { raw }) => raw === undefined || Object.keys(raw).every((key) => prompts.includes(key))

/** The requests of one connection name no other one's ids. */
function idsStayApart({ bank, connections }, flaw) {
  const owners = new Map()
  for (const { connection, reply, purpose, requestId, member } of bank.arrivals) {
    for (const id of [reply?.requestId, requestId, member]) {
      if (id === undefined || id === null || purpose === 'token') continue
      const owner = owners.get(id) ?? connection
      owners.set(id, owner)
      if (owner !== connection) flaw('wrong person', `${connection} uses an id of ${owner}: ${purpose}`)
    }
  }
  for (const { connection, loginId } of bank.arrivals) {
    const { params } = connections.get(connection).original.flow ?? {}
    if (
      loginId !== undefined &&
      params?.loginId !== undefined &&
      loginId !== params.loginId &&
      params.loginId !== null
    ) {
      flaw('wrong person', `${connection} uses another LoginId`)
    }
  }
}

/** Rules of the vendors that no fault excuses. */
const NEVER = [
  'token-used',
  'token-of-another-session',
  'token-unknown',
  'secret-key-as-token',
  'customer',
  'secret-key',
  'api-key',
  'version',
  'user',
  'method',
  'path',
  'credential-guids',
  'answers-incomplete',
  'challenge-key',
]

function rulesAreKept({ bank, connections }, flaw) {
  const { broken } = bank.simulator.counts()
  const people = [...connections.values()].map(({ entry }) => entry.name).join()
  // Two tabs show the same iframe, whose token is for one.
  const reopened = [...connections.values()].reduce(
    (sum, { iframes }) => sum + iframes.length - new Set(iframes).size,
    0,
  )
  if (broken['token-used'] <= reopened) delete broken['token-used']
  for (const rule of NEVER) if (broken[rule]) flaw('vendor rule', `${rule}, ${broken[rule]} times: ${people}`)
}

/** An edge ends a flow after 135 minutes. It may be down for a while, or wait for its store. */
const MAX_FLOW_MS = 140 * 60_000

/** A delivery that fails is retried each minute. */
const MAX_DELIVERY_MS = 30 * 60_000

const isEnding = ({ kind }) => kind === 'done' || kind === 'failed'

/**
 * Whether no release can continue a flow, or deliver its ending: the releases that could read its record are gone, or were
 * when it was purged, or a start of another release has replaced it while the flow ran. Its pages are told to start over.
 */
function isUnreadable({ flow, record, step }, { stored, deployed }) {
  if (!formatsDiffer) return false
  const all = stored.get(record)
  const isPurged = all.slice(afterFlow(all, flow)).some(({ format }) => format === null)
  return isPurged || (isReplaced(all, flow) && !isEnding(step)) || all.at(-1).format !== deployed.format
}

const afterFlow = (all, flow) => all.findLastIndex((entry) => entry.flow === flow) + 1

/** Whether a start of a release with another format has replaced the record of a flow. */
function isReplaced(all, flow) {
  const next = afterFlow(all, flow)
  return next < all.length && all[next].format !== all[next - 1].format
}

/** For how long between two times only releases ran that cannot read the record of a flow. A start can end that. */
function unreadMs({ flow, record }, { stored, starts }, from, to) {
  const all = stored.get(record)
  const { format } = all[afterFlow(all, flow) - 1]
  const running = new Map()
  return starts.reduce((sum, { at, edge, format: own }, index) => {
    running.set(edge, own)
    const until = Math.min(to, starts[index + 1]?.at ?? to)
    const isRead = [...running.values()].includes(format)
    return isRead ? sum : sum + Math.max(0, until - Math.max(from, at))
  }, 0)
}

/** Every flow has ended, and the company has heard of it. */
function flowsEnd(world, flaw) {
  const { flows, deliveries, connections, pageEndings, company } = world
  const delivered = new Map(deliveries.map(({ flow, at }) => [flow, at]).toReversed())
  for (const known of flows.values()) {
    const { flow, connection, stages, step, at, endedAt, isLocal } = known
    // A page that was closed for good does not continue its own flow.
    if (isLocal) continue
    if (!(isEnding(step) && delivered.has(flow)) && isUnreadable(known, world)) continue
    if (!isEnding(step)) flaw('does not end', `${connection}: ${flow} is ${stages.join(' ')}`)
    else if (company.hasRefused(flow)) continue
    else if (!delivered.has(flow)) flaw('not delivered', `${connection}: the ending of ${flow}`)
    const passed = (from, to) => to - from - unreadMs(known, world, from, to)
    const waited = passed(endedAt, delivered.get(flow) ?? endedAt)
    if (waited > MAX_DELIVERY_MS) flaw('not delivered', `${connection}: the ending of ${flow} for ${waited} ms`)
    if (passed(at, endedAt) > MAX_FLOW_MS) flaw('does not end', `${connection}: ${flow} took ${endedAt - at} ms`)
  }
  for (const { name, ending } of connections.values()) {
    if (ending === 'waits for ever') flaw('does not end', `${name}: a page waits for the ending of its flow`)
  }
  for (const { flow, step } of pageEndings) {
    if (step.kind !== 'done' || delivered.has(flow) || company.hasRefused(flow) || isUnreadable(flows.get(flow), world))
      continue
    flaw('not delivered', `a page saw done of ${flow}`)
  }
}

/** A page ends by itself if its user cancels, or if it cannot reach the edge, or one that can read its flow. */
const OWN_ENDINGS = ['cancelled', 'unreachable', 'UNAVAILABLE', 'NOT_FOUND', 'RATE_LIMITED', 'host-error']
if (formatsDiffer) OWN_ENDINGS.push('SNAPSHOT_VERSION')

/** All who hear of a flow's ending hear the same. */
function endingsAgree({ deliveries, pageEndings }, flaw) {
  const endings = new Map()
  const word = ({ failure, outcome }) => (outcome === 'done' ? 'done' : `${failure.code}, ${failure.next}`)
  for (const ended of deliveries) {
    const before = endings.get(ended.flow)
    if (before && before !== word(ended)) flaw('contradicting endings', `${ended.flow}: ${before} and ${word(ended)}`)
    endings.set(ended.flow, word(ended))
  }
  for (const { flow, step } of pageEndings) {
    const known = endings.get(flow)
    if (known === undefined || known === word({ ...step, outcome: step.kind })) continue
    const code = step.failure?.code ?? 'done'
    if (!OWN_ENDINGS.includes(code)) flaw('contradicting endings', `${flow}: ${known}, and for a page ${code}`)
  }
}

const MINUTE = 60_000

/** These have replies that make no sense, whatever happens. */
const ODD = ['no_challenges', 'code_no_transaction']

/** The endings that say that nothing was sent: no submission has reached a bank without its reply being heard. */
const NOTHING_SENT = ['host-error', 'secret-missing', 'unreachable']

const isSubmission = ({ answers, credentials, purpose }) =>
  answers !== undefined || credentials !== undefined || purpose === 'live start' || purpose === 'create'

/** An ending says what is true at the bank. */
function endingsAreTrue({ bank, flows, deliveries, connections, happenedAt, losses }, flaw) {
  for (const ended of deliveries) {
    const { flow: id, connection, outcome, failure } = ended
    const { name, entry, cancelled, original, isLocal, submissions: given } = connections.get(connection)
    // The company may get it late. A page that runs its flow itself tells the company at once.
    const { at, stages, endedAt = ended.at } = flows.get(id)
    const own = given.filter(({ flow, values }) => flow.endsWith(id) && values.length > 0)
    // A call of a flow before it can arrive late.
    const arrivals = of(bank, connection).filter((arrival) => arrival.sentAt >= at && arrival.at <= endedAt)
    const submissions = arrivals.filter(isSubmission)
    const heeded = own.filter((each) => arrivals.some((arrival) => arrival.answers && fits(each, arrival)))
    const times = [at, ...arrivals.map((arrival) => arrival.at), endedAt]
    // What was delayed happens later.
    const faults = happenedAt.flatMap(({ what, at: time }) => (time >= at - MINUTE && time <= endedAt ? [what] : []))
    const story = {
      ...{ arrivals, submissions, stages, faults, isLocal, ageMs: endedAt - at },
      isLost: losses.some((loss) => loss.connection === connection && loss.at >= at && loss.at <= endedAt),
      workedMs: endedAt - Math.max(at, ...heeded.map((each) => each.at)),
      silentMs: Math.max(...times.slice(1).map((time, index) => time - times[index])),
      lastAnswer: arrivals.findLastIndex((arrival) => arrival.answers && own.some((each) => fits(each, arrival))),
      // A page that cancels a flow may not know its id yet.
      isCancelled: cancelled.some((flow) => flow.id.endsWith(id)),
      isOdd: ODD.some((odd) => entry.name.endsWith(odd)),
      isDisturbed: faults.length > 0,
      loginId: original.flow?.params.loginId,
    }
    const code = outcome === 'done' ? 'done' : failure.code
    const lie = lieOf(outcome, failure, story)
    if (lie) flaw('untrue ending', `${name} (${entry.name}): ${id} ends with ${lie}`)
    if (outcome === 'done') resultFits(ended, connections.get(connection), arrivals, flaw)
    const last = submissions.at(-1)
    if (NOTHING_SENT.includes(code) && last && !arrivals.some(({ at, heard }) => heard && at >= last.at)) {
      flaw('untrue ending', `${connection}: ${code}, although ${last.purpose} was sent and not heard`)
    }
    const { vendorCode } = failure ?? {}
    // That of `cancelled` comes from the bank's window.
    if (
      vendorCode &&
      code !== 'cancelled' &&
      !arrivals.some(({ reply }) => JSON.stringify(reply)?.includes(vendorCode))
    ) {
      flaw('untrue ending', `${connection}: ${code} with the code ${vendorCode}, which no vendor has sent`)
    }
  }
}

/** A result is of this connection, and its RequestId is one that the vendor has sent. */
function resultFits({ flow, result }, { name, original }, arrivals, flaw) {
  const { loginId, requestId, ownership } = result ?? {}
  const { params } = original.flow ?? {}
  if (params?.loginId && loginId && loginId !== params.loginId && ownership !== 'unproven') {
    flaw('untrue ending', `${name}: ${flow} is done with another LoginId`)
  }
  if (
    requestId &&
    !arrivals.some((arrival) => arrival.reply?.requestId === requestId || arrival.requestId === requestId)
  ) {
    flaw('untrue ending', `${name}: ${flow} is done with a RequestId that no vendor has sent`)
  }
}

/** A quick write takes no longer than this, and an edge tells the company in this time after it. */
const MAX_CALL_MS = 10

/**
 * The company hears once that a flow waits for its user, in each round, window and iframe, and only if it does. It hears
 * nothing if the edge dies, or does not learn that it has stored the step.
 */
function personsAreCalled({ stored, calls, deaths, connections }, flaw) {
  const waits = new Map()
  for (const entries of stored.values()) {
    const last = new Map()
    for (const { at, flow, kind, number, isLost, lateMs } of entries) {
      const key = `${kind} ${number ?? ''}`
      const isNew = last.get(flow) !== key
      last.set(flow, key)
      if (!isNew || !['challenge', 'connect', 'redirect'].includes(kind)) continue
      const word = wordOf({ flow, step: kind, round: number })
      const known = waits.get(word) ?? { begins: 0, heard: new Set() }
      known.begins += 1
      // An edge can die while a slow store still writes for it.
      const hasDied = deaths.some((death) => death >= at - lateMs - MAX_CALL_MS && death <= at + MAX_CALL_MS)
      if (!isLost && !hasDied) known.heard.add(key)
      waits.set(word, known)
    }
  }
  const counts = new Map()
  for (const call of calls) {
    counts.set(wordOf(call), (counts.get(wordOf(call)) ?? 0) + 1)
    if (connections.get(call.connection).user !== call.user) flaw('person needed', `another user: ${wordOf(call)}`)
  }
  for (const word of new Set([...waits.keys(), ...counts.keys()])) {
    const [count, { begins, heard }] = [counts.get(word) ?? 0, waits.get(word) ?? { begins: 0, heard: new Set() }]
    if (count > begins || count < heard.size) {
      flaw('person needed', `${count} calls, at least ${heard.size} and at most ${begins} were to come: ${word}`)
    }
  }
}

/** The event has the number of a round, and not that of a window. */
const wordOf = ({ flow, step, round }) => `${step} ${step === 'challenge' ? round : ''} of ${flow}`

const CHECKS = [
  answersArriveOnce,
  credentialsArriveOnce,
  answersArriveWhereTheyBelong,
  idsStayApart,
  rulesAreKept,
  flowsEnd,
  endingsAgree,
  endingsAreTrue,
  personsAreCalled,
]
