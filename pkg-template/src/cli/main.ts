#!/usr/bin/env node
/** The command line `bank-mfa`. Exit code 0: done. 1: the command found or met a problem. 2: wrong arguments. */
import { CommandError, didYouMean, readArguments, UsageError, type Command } from './command.js'
import { demo } from './demo.js'
import { doctor } from './doctor/command.js'
import { commandHelp, generalHelp } from './help.js'
import { init } from './init.js'
import { version } from './package.js'

const COMMANDS: Record<string, Command> = { demo, init, doctor }

async function main(argv: string[]): Promise<number> {
  const [name = '', ...rest] = argv
  if (!Object.hasOwn(COMMANDS, name)) return withoutCommand(name, argv)
  const command = COMMANDS[name]!
  const { values, args } = readArguments(rest, command.options, command.maxArguments)
  if (values['help']) return print(commandHelp(name, command))
  if (values['version']) return print(version)
  return command.run(values, args)
}

function withoutCommand(name: string, argv: string[]): number {
  if (name !== '' && !name.startsWith('-')) {
    throw new UsageError(`unknown command ${name}${didYouMean(name, Object.keys(COMMANDS))}`)
  }
  const { values } = readArguments(argv, {}, 0)
  if (values['version']) return print(version)
  if (values['help']) return print(generalHelp(COMMANDS))
  console.error(generalHelp(COMMANDS))
  return 2
}

function print(text: string): number {
  console.log(text)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError || error instanceof CommandError)) throw error
  console.error(`bank-mfa: ${error.message}`)
  const [name = ''] = process.argv.slice(2)
  const help = Object.hasOwn(COMMANDS, name) ? `${name} --help` : '--help'
  if (error instanceof UsageError) console.error(`Try npx bank-mfa ${help}.`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
