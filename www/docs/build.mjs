/**
 * Builds the site in target/site: the guide, the API reference from the types of target/pkg, and the demo. `make site`
 * runs it. The pages are built from a copy in target/docs, without the comments that are for the tests.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application, TSConfigReader } from 'typedoc'
import { build } from 'vitepress'
import { ENTRIES, REPOSITORY, markdownFiles } from './pages.mjs'

const source = fileURLToPath(new URL('.', import.meta.url))
const root = resolve(source, '../..')
const pages = join(root, 'target/docs')
const site = join(root, 'target/site')
const types = join(root, 'target/pkg/dist/entries')

/** Links to files of the repository that are not pages lead to the repository. */
function withRepositoryLinks(markdown, file) {
  return markdown.replace(/\]\((\.\.?\/[^)#\s]+)/g, (link, target) => {
    const path = resolve(dirname(file), target)
    return path.startsWith(source) ? link : `](${REPOSITORY}/blob/main/${relative(root, path)}`
  })
}

const withoutComments = (markdown) => markdown.replace(/^<!--.*?-->\n/gms, '')

function copyPages() {
  rmSync(pages, { recursive: true, force: true })
  for (const name of markdownFiles()) {
    const [from, to] = [join(source, name), join(pages, name)]
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, withRepositoryLinks(withoutComments(readFileSync(from, 'utf8')), from))
  }
  // Vite looks for the modules of a page from its folder upwards.
  symlinkSync(join(source, 'node_modules'), join(pages, 'node_modules'))
  mkdirSync(join(pages, 'public'))
  cpSync(join(root, 'www/site/icon.svg'), join(pages, 'public/icon.svg'))
  // For the plain Markdown. The pages contain the plots themselves.
  cpSync(join(source, 'plots'), join(pages, 'public/plots'), { recursive: true })
}

const TYPEDOC = {
  name: 'API reference',
  // `bank-mfa` is last: its exports `flinks` and `mx` would take the names of the pages of `bank-mfa/flinks` and `/mx`.
  entryPoints: Object.values(ENTRIES)
    .map((file) => join(types, `${file}.d.ts`))
    .toSorted((one, other) => Number(one.endsWith('/index.d.ts')) - Number(other.endsWith('/index.d.ts'))),
  sortEntryPoints: false,
  tsconfig: join(source, 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown'],
  out: join(pages, 'api'),
  readme: 'none',
  disableGit: true,
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeInternal: true,
  sort: ['source-order'],
  groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases', 'References'],
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  outputFileStrategy: 'modules',
  entryFileName: 'entries',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  hideGroupHeadings: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  enumMembersFormat: 'table',
  tableColumnSettings: { hideModifiers: true, hideInherited: true, hideOverrides: true },
}

async function writeReference() {
  const app = await Application.bootstrapWithPlugins(TYPEDOC, [new TSConfigReader()])
  const project = await app.convert()
  if (!project) throw new Error('typedoc failed')
  for (const module of project.children ?? []) {
    module.name = Object.keys(ENTRIES).find((name) => ENTRIES[name] === module.name) ?? module.name
  }
  app.validate(project)
  await app.generateOutputs(project)
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('typedoc has warnings')
  for (const entry of Object.keys(ENTRIES)) {
    const file = join(pages, `api/${entry}.md`)
    // Of the headings, only the names are in the outline.
    const frontMatter = `---\ndescription: What ${entry} exports.\noutline: 2\n---\n\n`
    writeFileSync(file, frontMatter + readFileSync(file, 'utf8'))
  }
}

function copyDemo() {
  cpSync(join(root, 'www/site'), join(site, 'demo'), { recursive: true })
  cpSync(join(root, 'target/pkg/dist'), join(site, 'demo/pkg/dist'), { recursive: true })
}

copyPages()
await writeReference()
await build(source)
copyDemo()
