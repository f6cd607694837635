/** Runs the checks of `bank-mfa doctor`, and prints what they found. */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError, type Values } from '../command.js'
import { checkApp, checkResolve, importApp, isLoopback, type App } from './app.js'
import { checkDatabase } from './database.js'
import { readEnvironment, type Environment } from './environment.js'
import { hideSecrets, ok, problem, toJsonText, toText, type Finding } from './finding.js'
import { checkHandler } from './handler.js'
import { probe } from './network.js'
import { checkBackEnd, checkClock, checkFlinksApi, checkMxApi } from './reach.js'
import { checkFlinks, checkMx, checkSealKeys } from './settings.js'

export async function runDoctor(values: Values, [folder]: string[]): Promise<number> {
  // What app.js logs must not be in the middle of the findings, or of the JSON.
  console.log = console.info = console.debug = console.error
  const origins = values['origin'] ?? []
  const wrong = origins.find((origin) => !isOrigin(origin))
  if (wrong !== undefined) throw new UsageError(`--origin must be like https://app.example, without a path or a slash`)
  const url = values['url']?.at(-1)
  const { findings, env } =
    url === undefined
      ? await checkFolder(folder ?? '.', origins, values['vars'] ?? [])
      : { findings: await checkUrl(url, origins, folder, values), env: {} }
  const hide = hideSecrets(env)
  const text = values['json'] ? toJsonText(findings.map((finding) => hidden(finding, hide))) : hide(toText(findings))
  const code = findings.some(({ status }) => status === 'error') ? 1 : 0
  // app.js may have opened connections, which would keep the process alive.
  await new Promise((written) => process.stdout.write(`${text}\n`, written))
  process.exit(code)
}

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text

const hidden = (finding: Finding, hide: (text: string) => string): Finding =>
  Object.fromEntries(Object.entries(finding).map(([key, text]) => [key, hide(text as string)])) as unknown as Finding

async function checkFolder(
  folder: string,
  origins: string[],
  varsFiles: string[],
): Promise<{ findings: Finding[]; env: Environment }> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(`the folder ${folder} does not exist`)
  const { env, sources } = readEnvironment(folder, varsFiles)
  const { app, findings } = await importApp(resolve(folder))
  if (app === null && findings.length === 0 && sources.length === 0 && !env['SEAL_KEYS']) {
    throw new UsageError('nothing to check here: run it in the folder of your edge, or use --vars or --url')
  }
  const [flinks, mx] = [checkFlinks(env), checkMx(env)]
  const found = await Promise.all([
    ...[findings, checkSealKeys(env), flinks.findings, mx.findings],
    checkAppAndBackEnd(app, env, origins),
    checkDatabase(env, folder),
    flinks.url === null ? [] : checkFlinksApi(flinks.url),
    mx.url === null ? [] : checkMxApi(mx.url, mx.headers),
  ])
  return { findings: found.flat(), env }
}

async function checkAppAndBackEnd(app: App | null, env: Environment, origins: string[]): Promise<Finding[]> {
  const { findings, isReachable } = await checkBackEnd(env)
  if (app === null) return findings
  return [...(await checkApp(app, env, origins)), ...findings, ...(isReachable ? [await checkResolve(app, env)] : [])]
}

async function checkUrl(
  url: string,
  origins: string[],
  folder: string | undefined,
  values: Values,
): Promise<Finding[]> {
  if (origins.length === 0) throw new UsageError('--url needs --origin, the origin of your page')
  if (folder !== undefined || values['vars']) throw new UsageError('--url cannot be combined with a folder or --vars')
  if (!/^https?:\/\/[^?#]+$/.test(url) || !URL.canParse(url)) throw new UsageError('--url must be an http or https URL')
  if (new URL(url).username || new URL(url).password) throw new UsageError('--url must not contain a user name')
  const base = url.replace(/\/$/, '')
  const { protocol, hostname } = new URL(base)
  const scheme =
    protocol === 'https:' || isLoopback(hostname)
      ? ok('address', base)
      : problem('address', 'is not https', 'Pages over https cannot call it, and answers would travel unencrypted.')
  const [replies, dated] = await Promise.all([checkHandler({ base, origins }), probe(`${base}/flows`)])
  return [scheme, ...replies, ...('failure' in dated ? [] : checkClock('the edge', dated.headers))]
}
