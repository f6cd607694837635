/** A new PostgreSQL for one test run, in a temporary folder and on a Unix socket. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { postgresTable } from './setup.mjs'

const root = '/usr/lib/postgresql'
const newest = () => readdirSync(root).sort((one, other) => Number(other) - Number(one))[0]
const programs = process.env.POSTGRES ?? join(root, newest(), 'bin')

/** PostgreSQL refuses to run as root. */
const user = process.getuid() === 0 ? ids('postgres') : {}

function ids(name) {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' })))
  return { uid, gid }
}

/** Starts PostgreSQL. `connect` makes a pool, which connects when it is first used. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-postgres-'))
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const options = { ...user, cwd: folder, stdio: 'ignore', env: { ...process.env, LC_ALL: 'C' } }
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'test', '-A', 'trust', '--no-sync', '-E', 'UTF8'], options)
  const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off']
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-c', 'max_connections=120', ...settings], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise((ready, failed) => {
    let output = ''
    server.stderr.setEncoding('utf8').on('data', (text) => {
      output += text
      if (output.includes('ready to accept connections')) ready()
    })
    server.once('exit', () => failed(new Error(output)))
  })
  const pools = []
  const connect = (max = 10) => {
    const pool = new pg.Pool({ host: folder, user: 'test', database: 'postgres', max })
    // A pool may end before all its connections are closed.
    pool.on('error', () => {})
    pools.push(pool)
    return pool
  }
  await connect(1).query(postgresTable)
  return {
    /** The folder of its socket. */
    folder,
    connect,
    async stop() {
      await Promise.all(pools.map((pool) => pool.end()))
      const stopped = once(server, 'exit')
      server.kill('SIGINT')
      await stopped
      rmSync(folder, { recursive: true })
    },
  }
}
