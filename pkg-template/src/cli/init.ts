/** `bank-mfa init edge`: copies the template of an edge. */
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CommandError, didYouMean, UsageError, type Command } from './command.js'
import { inPackage, version } from './package.js'

/** The folder of the package that each template is in. */
const TEMPLATES: Record<string, string> = { edge: 'worker' }

export const init: Command = {
  usage: 'edge [folder]',
  summary: 'copy the template of an edge into a folder',
  details: `Copies the template of an edge, the server part that holds the keys of Flinks and MX: a Cloudflare worker,
and the same as a Node server with PostgreSQL. The folder is "edge" by default. It must be empty or new.`,
  options: {},
  maxArguments: 2,

  async run(_, [template, folder = 'edge']) {
    if (template === undefined) throw new UsageError('init needs the name of a template: npx bank-mfa init edge')
    if (!Object.hasOwn(TEMPLATES, template)) {
      throw new UsageError(`unknown template ${template}${didYouMean(template, Object.keys(TEMPLATES))}`)
    }
    try {
      requireEmpty(folder)
      copyTemplate(fileURLToPath(inPackage(TEMPLATES[template]!)), folder)
    } catch (error) {
      const { code } = error as { code?: string }
      throw code === undefined ? error : new CommandError(`the folder ${folder} cannot be written: ${code}`)
    }
    console.log(nextSteps(relative('', resolve(folder)) || '.'))
    return 0
  },
}

function copyTemplate(template: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  cpSync(template, folder, { recursive: true })
  for (const [name, { content, mode }] of Object.entries(newFiles())) {
    writeFileSync(join(folder, name), content, { mode })
  }
}

function requireEmpty(folder: string): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory()) throw new CommandError(`${folder} is a file. Name another folder`)
  if (readdirSync(folder).length > 0) throw new CommandError(`the folder ${folder} is not empty. Name another one`)
}

const READABLE = 0o644
const PRIVATE = 0o600

/** The files that cannot be in the template: npm keeps no `.gitignore`, and each copy has keys of its own. */
function newFiles(): Record<string, { content: string; mode: number }> {
  const manifest = {
    name: 'bank-mfa-edge',
    private: true,
    type: 'module',
    scripts: { dev: 'wrangler dev', deploy: 'wrangler deploy', doctor: 'bank-mfa doctor' },
    dependencies: { 'bank-mfa': `^${version}` },
    devDependencies: { wrangler: '^4.0.0' },
    // For node.mjs.
    optionalDependencies: { pg: '^8.0.0' },
  }
  return {
    'package.json': { content: `${JSON.stringify(manifest, null, 2)}\n`, mode: READABLE },
    '.gitignore': { content: 'node_modules\n.dev.vars*\n.wrangler\ndist\nflows\n', mode: READABLE },
    '.dev.vars': { content: localVariables(), mode: PRIVATE },
  }
}

function localVariables(): string {
  const seal = { current: 'k1', keys: { k1: randomBytes(32).toString('base64') } }
  return `# Variables for this machine only. \`wrangler dev\`, \`bank-mfa doctor\` and \`node --env-file=.dev.vars node.mjs\` read
# them. Never commit this file.
SEAL_KEYS='${JSON.stringify(seal)}'
SESSION_KEY=${randomBytes(32).toString('hex')}
BACKEND_KEY=${randomBytes(32).toString('hex')}
BACKEND_URL=http://127.0.0.1:3000
# FLINKS_SECRET_KEY=
# MX_API_KEY=
`
}

function nextSteps(folder: string): string {
  const commands = [
    ...(folder === '.' ? [] : [[`cd ${/^[\w./\\:-]+$/.test(folder) ? folder : `"${folder}"`}`, '']]),
    ['npm install', ''],
    ['npx bank-mfa doctor', '# says what is missing or wrong'],
    ['npx wrangler dev', '# runs the edge at http://localhost:8787'],
  ]
  const lines = commands.map(([command, comment]) => `  ${command!.padEnd(21)} ${comment}`.trimEnd())
  return `The template is in ${folder}. Next steps:

${lines.join('\n')}

Set the origin of your pages in app.js, and BACKEND_URL and the ids that Flinks and MX gave you in
wrangler.jsonc. .dev.vars has new keys for this machine; .gitignore names it. README.md describes
how to deploy.`
}
