/** Node, Deno and Bun, from their npm packages. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { serveBank } from './bank.mjs'
import { NotHere, row } from './matrix.mjs'
import { workspace } from './workspace.mjs'

const execute = promisify(execFile)
const { arch, platform } = process

const node = (version) => ({ file: `node-${version}-${platform}-${arch}/bin/node`, args: [], print: /v(.*)/ })
const PROGRAMS = {
  'Node 20': node(20),
  'Node 22': node(22),
  'Node 24': node(24),
  Deno: {
    file: `@deno/${platform}-${arch}-glibc/deno`,
    args: ['run', '--allow-all', '--no-lock'],
    print: /deno (\S+)/,
  },
  Bun: { file: `@oven/bun-${platform}-${{ x64: 'x64', arm64: 'aarch64' }[arch]}/bin/bun`, args: [], print: /(.*)/ },
}

for (const [name, { file, args, print }] of Object.entries(PROGRAMS)) {
  const program = fileURLToPath(new URL(`node_modules/${file}`, import.meta.url))
  const version = async () => {
    if (!existsSync(program)) throw new NotHere(`there is no package of it for ${platform} ${arch}`)
    return (await execute(program, ['--version'])).stdout.match(print)[1]
  }
  const cell = row(name, version)

  /** Runs all flows in one process. */
  let results
  async function run() {
    const { address, check } = await serveBank()
    const folder = workspace(name.replace(' ', '-').toLowerCase())
    const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME }, timeout: 50_000 }
    const { stdout } = await execute(program, [...args, 'main.mjs', address], options)
    check()
    return JSON.parse(stdout)
  }
  for (const column of ['flinks', 'mx', 'both', 'slim', 'remote', 'edge']) {
    cell(column, async () => assert.equal((await (results ??= run()))[column], 'ok'))
  }
}
