/** `bank-mfa demo`: serves the demo. */
import { CommandError, UsageError, type Command, type Values } from './command.js'
import { inPackage } from './package.js'

/** The options, and the server of each. */
const PORTS = { port: 'page', 'vendor-port': 'vendor', 'connect-port': 'connect' } as const

/** The demo's servers are JavaScript of the package's folder `demo`. */
interface DemoServer {
  serve(ports: { [name in (typeof PORTS)[keyof typeof PORTS]]?: number }): Promise<{
    url: string
    vendor: string
    close(): Promise<void>
  }>
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export const demo: Command = {
  usage: '',
  summary: 'serve the demo with simulated banks',
  details: `Serves the demo on this machine, and prints its address. The banks and their customers are
simulated, so it needs no keys and no network. The page, the API of the vendors, and the pages of
the vendors have an origin each. Ctrl+C ends it.`,
  options: {
    port: { value: '<port>', help: 'port of the page; 8787 if it is free, and otherwise any free port' },
    'vendor-port': { value: '<port>', help: 'port of the API of the simulated vendors; 8788 or any free port' },
    'connect-port': { value: '<port>', help: 'port of the pages of the simulated vendors; 8789 or any free port' },
  },
  maxArguments: 0,

  async run(values) {
    const ports = Object.fromEntries(
      Object.entries(PORTS).map(([option, server]) => [server, readPort(option, values)]),
    )
    const { serve } = (await import(inPackage('demo/server/serve.js').href)) as DemoServer
    const { url, vendor, close } = await serve(ports).catch((error: unknown) => {
      throw asCommandError(error)
    })
    const signalled = new Promise((resolve) => SIGNALS.forEach((signal) => process.once(signal, resolve)))
    console.log(`The demo is at ${url}/ (the simulated vendors are at ${vendor}). Press Ctrl+C to end it.`)
    await signalled
    await close()
    return 0
  },
}

function readPort(option: string, values: Values): number | undefined {
  const text = values[option]?.at(-1)
  if (text === undefined) return undefined
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new UsageError(`--${option} must be a port number from 0 to 65535`)
  }
  return Number(text)
}

const PORT_ERRORS: Record<string, string> = {
  EADDRINUSE: 'is in use. Choose another one, or leave the option out to get a free port',
  EACCES: 'is not allowed for this user. Choose one above 1023',
}

function asCommandError(error: unknown): unknown {
  const { code = '', port } = error as { code?: string; port?: number }
  return Object.hasOwn(PORT_ERRORS, code) ? new CommandError(`port ${port} ${PORT_ERRORS[code]}`) : error
}
