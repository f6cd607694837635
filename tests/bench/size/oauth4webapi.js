import * as oauth from 'oauth4webapi'

/** The authorization code flow with PKCE, after the redirect. */
export async function run(issuer, client, currentUrl, redirectUri, verifier, state) {
  const discovered = await oauth.discoveryRequest(issuer)
  const server = await oauth.processDiscoveryResponse(issuer, discovered)
  const parameters = oauth.validateAuthResponse(server, client, currentUrl, state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri,
    verifier,
  )
  return oauth.processAuthorizationCodeResponse(server, client, response)
}
