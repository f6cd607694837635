/** Checks the template's `app.js`: its exports, and how they behave with the variables. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { edge, memoryStore, type EdgeConfig } from '../../entries/edge.js'
import type { Environment } from './environment.js'
import { ok, problem, skipped, warning, type Finding } from './finding.js'
import { checkHandler } from './handler.js'
import { reasonOf, withTimeLimit } from './network.js'

/** An id that no user and no connection has. */
const NOBODY = 'bank-mfa-doctor'

export type App = Partial<EdgeConfig<Environment>>

/** Imports `app.js` of the folder; `null` if there is none. */
export async function importApp(folder: string): Promise<{ app: App | null; findings: Finding[] }> {
  const file = join(folder, 'app.js')
  if (!existsSync(file)) return { app: null, findings: [] }
  try {
    return { app: { ...((await withTimeLimit(import(pathToFileURL(file).href))) as App) }, findings: [] }
  } catch (error) {
    const fix =
      'If it imports `cloudflare:workers`, use --url. If it is read as CommonJS, run `npm pkg set type=module`.'
    return { app: null, findings: [problem('app.js', `cannot be imported: ${reasonOf(error)}`, fix)] }
  }
}

export function checkOrigins(origins: string[]): Finding[] {
  return origins.map((origin) => {
    const check = `origin ${origin}`
    if (origin === 'https://app.example') {
      return problem(check, 'is the example of the template', 'Set the origins of your pages in app.js.')
    }
    const { protocol, hostname } = new URL(origin)
    if (protocol === 'https:' || isLoopback(hostname)) return ok(check, 'is valid')
    return warning(check, 'is not https', 'Answers to a bank travel through this page: serve it over https.')
  })
}

export const isLoopback = (hostname: string): boolean => /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)

/** Runs the app's edge in this process, with its flows in memory. */
export async function checkApp(app: App, env: Environment, askedOrigins: string[]): Promise<Finding[]> {
  const errors: string[] = []
  const onError = (error: unknown) => void errors.push(reasonOf(error))
  const config = { ...app, seal: env['SEAL_KEYS'] ?? '', store: memoryStore(), onError }
  let handler
  try {
    handler = edge(config as EdgeConfig<Environment>)
  } catch (error) {
    const { path = '', message } = error as { path?: string; message: string }
    // SEAL_KEYS has a check of its own.
    if (path.startsWith('/seal')) return [skipped('app.js', 'not run without SEAL_KEYS')]
    const fix = 'Export what the edge needs: origins, authenticate, resolve. Other exports are refused.'
    return [problem('app.js', `${path.slice(1)} ${message.slice(message.indexOf(path) + path.length).trim()}`, fix)]
  }
  const origins = app.origins ?? []
  const behaviour = await checkHandler({
    ...{ base: 'http://edge.example', origins: askedOrigins.length > 0 ? askedOrigins : origins },
    send: (request) => handler(request, env),
    lastError: () => errors.at(-1),
  })
  return [...checkOrigins(origins), ...behaviour]
}

/** Asks for a connection that does not exist: the template asks the back end. */
export async function checkResolve({ resolve }: App, env: Environment): Promise<Finding> {
  const check = 'resolve'
  if (typeof resolve !== 'function') return skipped(check, 'app.js does not export it')
  try {
    const found = await withTimeLimit(resolve(NOBODY, NOBODY, env))
    if (found === null || found === undefined) return ok(check, 'a connection that does not exist gets null')
    return problem(
      check,
      'returned a connection that does not exist',
      'It must return null if the user has no such connection.',
    )
  } catch (error) {
    const fix = 'Check BACKEND_URL and BACKEND_KEY. An unknown connection must give null: your back end replies 404.'
    return problem(check, `throws for a connection that does not exist: ${reasonOf(error)}`, fix)
  }
}
