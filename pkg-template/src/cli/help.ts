/** The texts of `--help`. */
import type { Command } from './command.js'

type Rows = [left: string, right: string][]

const COMMON: Rows = [
  ['-h, --help', 'print this help'],
  ['-v, --version', 'print the version'],
]

export function generalHelp(commands: Record<string, Command>): string {
  const rows: Rows = Object.entries(commands).map(([name, { usage, summary }]) => [`${name} ${usage}`.trim(), summary])
  return [
    'Usage: npx bank-mfa <command> [options]',
    section('Commands', rows),
    section('Options', COMMON),
    'npx bank-mfa <command> --help describes a command.',
  ].join('\n\n')
}

export function commandHelp(name: string, { usage, details, options }: Command): string {
  const rows: Rows = Object.entries(options).map(([option, { value, help }]) => [
    value ? `--${option} ${value}` : `--${option}`,
    help,
  ])
  const arguments_ = [usage, '[options]'].filter(Boolean).join(' ')
  return [`Usage: npx bank-mfa ${name} ${arguments_}`, details, section('Options', [...rows, ...COMMON])].join('\n\n')
}

function section(title: string, rows: Rows): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  const indent = ' '.repeat(width + 4)
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll('\n', `\n${indent}`)}`)
  return [`${title}:`, ...lines].join('\n')
}
