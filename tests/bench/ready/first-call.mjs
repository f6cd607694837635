/**
 * In a fresh process: imports a program and makes its first call on a socket, until the reply is read. Sends the
 * milliseconds of both together.
 */
import { customerId, loginId, memberGuid, mxKey, token, userGuid } from '../lib/data.mjs'

const [name, baseUrl] = process.argv.slice(2)

/** Each imports its program by itself, and makes one call with it. */
const FIRST_CALLS = {
  async 'bare-fetch'() {
    const url = `${baseUrl}/v3/${customerId}/BankingServices/Authorize`
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'flinks-auth-key': token }
    const body = JSON.stringify({ LoginId: loginId, MostRecentCached: true })
    return (await (await fetch(url, { method: 'POST', headers, body })).json()).Login.Id
  },
  async flinks() {
    const { flinks } = await import('../lib/flinks.mjs')
    const host = { instance: 'toolbox', customerId, authorizeToken: token, baseUrl }
    return (await flinks.authorize({ loginId }, host).result()).loginId
  },
  async mx() {
    const { mx } = await import('../lib/mx.mjs')
    const flow = mx.member({ userGuid, memberGuid }, { environment: 'integration', ...mxKey, baseUrl })
    for await (const step of flow) if (step.kind === 'challenge') break
    flow.cancel()
    return flow.current.kind
  },
  async rizwannur() {
    const { FlinksClient } = await import('@rizwannur/flinks')
    const config = { instance: 'toolbox', customerId, authorizeToken: token, hosts: { banking: baseUrl } }
    return (await new FlinksClient(config).authorize.authorize({ loginId, mostRecentCached: true })).login.id
  },
  async 'platform-node'() {
    const { Configuration, MembersApi } = await import('mx-platform-node')
    const configuration = new Configuration({ username: mxKey.clientId, password: mxKey.apiKey, basePath: baseUrl })
    return (await new MembersApi(configuration).readMemberStatus(memberGuid, userGuid)).data.member.guid
  },
  async 'hand-written'() {
    const { default: program } = await import('../programs/flinks/hand-written.mjs')
    return program({ fetch, baseUrl, isCached: true })()
  },
  async okta() {
    const { OktaAuth } = await import('@okta/okta-auth-js/idx')
    const auth = new OktaAuth({ issuer: baseUrl, clientId: 'client', redirectUri: baseUrl })
    return (await auth.token.prepareTokenParams()).clientId
  },
  async oauth4webapi() {
    const { allowInsecureRequests, discoveryRequest, processDiscoveryResponse } = await import('oauth4webapi')
    const issuer = new URL(baseUrl)
    const response = await discoveryRequest(issuer, { [allowInsecureRequests]: true })
    return (await processDiscoveryResponse(issuer, response)).issuer
  },
}

const before = performance.now()
const result = await FIRST_CALLS[name]()
const ms = performance.now() - before
if (!result) throw new Error(`${name} has no result`)
process.send(ms)
