/** What a check found, and how it is printed. */

export type Status = 'ok' | 'warning' | 'error' | 'skipped'

export interface Finding {
  /** What was checked, such as `SEAL_KEYS`. */
  check: string
  status: Status
  message: string
  /** What to do about it. */
  fix?: string
}

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message })
export const skipped = (check: string, message: string): Finding => ({ check, status: 'skipped', message })
export const warning = (check: string, message: string, fix: string): Finding => ({
  ...{ check, status: 'warning', message, fix },
})
export const problem = (check: string, message: string, fix: string): Finding => ({
  ...{ check, status: 'error', message, fix },
})

const count = (findings: Finding[], status: Status) => findings.filter((finding) => finding.status === status).length

export function toText(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, status, message, fix }) => [
    `${status.padEnd('skipped'.length)}  ${check.padEnd(width)}  ${message}`,
    ...(fix === undefined ? [] : [`${' '.repeat('skipped'.length + width + 4)}${fix}`]),
  ])
  const [errors, warnings] = [count(findings, 'error'), count(findings, 'warning')]
  const plural = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`
  return [...lines, '', `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`].join('\n')
}

export function toJsonText(findings: Finding[]): string {
  return JSON.stringify({ ok: count(findings, 'error') === 0, findings }, null, 2)
}

/** The names of variables whose values are secrets. */
const SECRET_NAME = /KEY|SECRET|TOKEN|PASSWORD|DATABASE_URL/

/** Returns a function that replaces each secret of the environment in a text: your own functions may throw one. */
export function hideSecrets(env: Record<string, string | undefined>): (text: string) => string {
  const secrets = Object.entries(env)
    .flatMap(([name, value = '']) => {
      const found = SECRET_NAME.test(name) ? [value, ...quotedTexts(value)] : []
      return [...found, ...passwords(value)].map((secret) => [name, secret] as const)
    })
    .filter(([, secret]) => secret.length >= 8)
    .sort(([, a], [, b]) => b.length - a.length)
  return (text) => secrets.reduce((rest, [name, secret]) => rest.replaceAll(secret, `<${name}>`), text)
}

/** The keys in `SEAL_KEYS`. */
const quotedTexts = (value: string) => Array.from(value.matchAll(/"([^"]+)"/g), ([, text = '']) => text)

/** The password in a URL, as it is written and decoded. */
function passwords(value: string): string[] {
  const password = /^\w+:\/\/[^:/]*:([^@]+)@/.exec(value)?.[1]
  if (password === undefined) return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}
