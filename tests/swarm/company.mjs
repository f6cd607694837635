/** The company: it knows its users and their connections, mints tokens, and keeps what the endings of flows say. */
import { credentialsOf } from './catalogue.mjs'

const USERS = ['ann', 'bob']

export class Company {
  #world
  /** The flow of each connection whose ending the company never accepts. */
  #refused = new Map()
  /** By connection, flow and session. */
  #tokens = new Map()

  constructor(world) {
    this.#world = world
  }

  cookieOf(user) {
    return `session=${this.#world.secrets.cookieOf(user)}`
  }

  userOf(cookie) {
    return USERS.find((user) => this.cookieOf(user) === cookie) ?? null
  }

  resolve(user, name) {
    const connection = this.#world.connections.get(name)
    return connection?.user === user ? connection.resolved : null
  }

  findConnection({ memberGuid }) {
    for (const { name, user, resolved, isLocal } of this.#world.connections.values()) {
      if (isLocal) continue
      if (memberGuid !== null && resolved.params?.memberGuid === memberGuid) return { user, connection: name }
    }
    return null
  }

  /** Whether the company refuses an ending for good: one of each connection, if `begins` says so. */
  refuses({ connection, flow }, begins) {
    if (!this.#refused.has(connection) && begins()) this.#refused.set(connection, flow)
    return this.hasRefused(flow)
  }

  hasRefused(flow) {
    return [...this.#refused.values()].includes(flow)
  }

  /** The company keeps the vendor's id of a member, and uses it from then on. */
  onFlowEnded(ended) {
    const { connection: name, outcome, result, failure, flow } = ended
    this.#world.note(`${name}: the company gets ${failure?.code ?? 'done'} of ${flow.slice(0, 6)}`)
    this.#world.deliveries.push({ at: this.#world.clock.now(), ...ended })
    const connection = this.#world.connections.get(name)
    const { resolved } = connection
    if (resolved.vendor !== 'mx') return
    const { userGuid, isOauth, memberGuid } = resolved.params
    const found = outcome === 'done' ? result?.memberGuid : failure.code === 'member-exists' && failure.memberGuid
    const use = (guid) => {
      const params = { userGuid, memberGuid: guid, ...(isOauth ? { isOauth } : { job: 'aggregate' }) }
      connection.resolved = { ...resolved, params }
    }
    if (!memberGuid && found) use(found)
    // A flow that only watches a job cannot start another one.
    const { job, credentials } = resolved.params
    if (memberGuid && outcome === 'failed' && !job && !credentials) use(memberGuid)
  }

  /** The company asks its user for their credentials, and uses them for the next flow. */
  async askCredentials(connection) {
    const { resolved, entry } = connection
    const given = credentialsOf(entry, resolved)
    connection.hasOwnCredentials = true
    if (resolved.vendor === 'flinks') {
      const [username, password] = given
      const params = { username, password, institution: 'FlinksCapital' }
      connection.resolved = { ...resolved, flow: { kind: 'authorize', params } }
    } else if (resolved.params.memberGuid && given[0] !== '') {
      const { userGuid, memberGuid } = resolved.params
      const credentials = await this.#world.bank.credentialFields(connection, given)
      connection.resolved = { ...resolved, params: { userGuid, memberGuid, credentials } }
    }
  }

  /** The back end mints a token once for each session of a flow. */
  async tokenOf({ name }, { flowId, session }) {
    const key = `${name} ${flowId} ${session}`
    if (!this.#tokens.has(key)) this.#tokens.set(key, this.#world.bank.simulator.token())
    const token = await this.#tokens.get(key)
    this.#world.secrets.addToken(token)
    return token
  }
}
