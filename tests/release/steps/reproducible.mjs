/**
 * Builds the last commit twice, from clean clones in two folders, and compares the tarballs byte by byte. The builds
 * differ in all that a builder's machine may differ in: paths, CARGO_HOME, umask, language, time zone and jobs.
 * Compiled tools and npm packages are those of this checkout, as their lock files pin them.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const SHARED = ['.tools', 'tests/node_modules']

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

const git = (folder, ...args) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' })

/** Makes a clone of one commit in `folder`. */
function clone(root, commit, folder) {
  git(root, 'clone', '--quiet', '--no-hardlinks', '--no-checkout', root, folder)
  git(folder, 'checkout', '--quiet', '--detach', commit)
}

/** Builds the package in a clone, and returns the path of its tarball. */
function build(root, folder, { umask, env }) {
  for (const path of SHARED) symlinkSync(join(root, path), join(folder, path))
  // -o: make must not install anew what is shared.
  const make = `umask ${umask}; make --silent -o tests/node_modules/.package-lock.json pack`
  execFileSync('bash', ['-c', make], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], env })
  const [tarball] = readdirSync(join(folder, 'target')).filter((name) => name.endsWith('.tgz'))
  return join(folder, 'target', tarball)
}

/** The hash of each file of a tarball, unpacked into `folder`, with its mode. */
function filesOf(tarball, folder) {
  mkdirSync(folder)
  execFileSync('tar', ['--extract', '--gzip', '--file', tarball, '--directory', folder])
  const modes = execFileSync('tar', ['--list', '--verbose', '--gzip', '--file', tarball], { encoding: 'utf8' })
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const hashes = files.map(({ parentPath, path, name }) => join(parentPath ?? path, name))
  return {
    listing: modes,
    hashes: Object.fromEntries(hashes.map((file) => [relative(folder, file), sha256(file)]).sort()),
  }
}

/** Returns the names of the files that differ, and the tarball's hash. */
function compareBuilds(root) {
  const place = mkdtempSync(join(tmpdir(), 'bank-mfa-builds-'))
  try {
    const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
    const otherCargo = join(place, 'home of another builder', 'cargo')
    mkdirSync(otherCargo, { recursive: true })
    symlinkSync(join(cargo, 'registry'), join(otherCargo, 'registry'))
    const { MAKEFLAGS: _, MFLAGS: __, ...env } = process.env
    const ways = [
      { folder: 'one', umask: '022', env: { ...env, TZ: 'UTC', LC_ALL: 'C' } },
      {
        folder: 'another/and/deeper',
        umask: '077',
        env: { ...env, TZ: 'Pacific/Auckland', LC_ALL: 'C.UTF-8', CARGO_BUILD_JOBS: '1', CARGO_HOME: otherCargo },
      },
    ]
    const commit = git(root, 'rev-parse', 'HEAD').trim()
    for (const { folder } of ways) clone(root, commit, join(place, folder))
    const builds = ways.map(({ folder, ...how }) => build(root, join(place, folder), how))
    const [one, other] = builds.map((tarball, index) => filesOf(tarball, join(place, `files-${index}`)))
    const names = new Set([one, other].flatMap(({ hashes }) => Object.keys(hashes)))
    const differing = [...names].filter((name) => one.hashes[name] !== other.hashes[name])
    if (one.listing !== other.listing) differing.push("the tarball's list of files")
    const [hash, otherHash] = builds.map(sha256)
    if (hash !== otherHash) differing.push('the tarball')
    return { differing, files: names.size, hash }
  } finally {
    if (process.env.KEEP_BUILDS) console.log(`kept ${place}`)
    else rmSync(place, { recursive: true })
  }
}

export function reproducible({ root }) {
  const dirty = git(root, 'status', '--porcelain') !== ''
  const { differing, files, hash } = compareBuilds(root)
  const says =
    differing.length > 0 ? `differ: ${differing.join(', ')}` : `${files} files, sha256 of the tarball ${hash}`
  if (differing.length === 0 && dirty)
    return { ok: false, says: `${says}, but the work tree has changes that are not committed` }
  return { ok: differing.length === 0, says }
}
