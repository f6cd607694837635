/** The headers that let your pages read a reply. */
export function corsHeaders(request: Request, origins: string[]): Record<string, string> {
  const origin = origins.find((allowed) => allowed === request.headers.get('origin'))
  if (origin === undefined) return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after',
    'cross-origin-resource-policy': 'cross-origin',
  }
}

/** The headers of the reply to a preflight request. */
export function preflightHeaders(request: Request): Record<string, string> {
  return {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '',
    'access-control-max-age': '600',
  }
}
