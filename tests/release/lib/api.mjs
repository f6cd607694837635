/** The types of each entry of the package, as API Extractor reports them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const { CompilerState, Extractor, ExtractorConfig } = createRequire(import.meta.url)('@microsoft/api-extractor')

/** An entry's name as a file name: `bank-mfa/edge/data` is `edge-data`. */
const fileName = (entry) => (entry === '.' ? 'index' : entry.slice(2).replaceAll('/', '-'))

const compilerOptions = {
  ...{ target: 'ESNext', module: 'ESNext', moduleResolution: 'Bundler', lib: ['ESNext', 'DOM', 'DOM.Iterable'] },
  ...{ strict: true, skipLibCheck: true, types: [] },
}

/** Messages about style. The types that an entry uses and does not export are in the report, too. */
const QUIET = ['ae-missing-release-tag', 'ae-forgotten-export', 'ae-undocumented', 'ae-internal-missing-underscore']
const quiet = Object.fromEntries(QUIET.map((id) => [id, { logLevel: 'none' }]))

function configOf(folder, name, types, reportFolder) {
  const entry = join(folder, types)
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: entry,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder,
        reportTempFolder: join(reportFolder, 'temp'),
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: 'warning', addToApiReportFile: true }, ...quiet },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  })
}

function report(name, config, compilerState) {
  const problems = []
  Extractor.invoke(config, {
    localBuild: true,
    compilerState,
    messageCallback(message) {
      message.handled = true
      if (message.logLevel === 'error' || message.category === 'Compiler') problems.push(message.text)
    },
  })
  if (problems.length > 0) throw new Error(`${name}: ${problems.join('\n')}`)
  // A comment more or less is no change of the API.
  return readFileSync(config.reportFilePath, 'utf8').replace(/^ *\/\/ \(undocumented\)\n/gm, '')
}

/** The report of each entry of the assembled package in `folder`, by name. It must not be inside a node_modules. */
export function apiReports(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries = Object.entries(exports).filter(([, { types }]) => types?.endsWith('.d.ts'))
  const reports = mkdtempSync(join(tmpdir(), 'bank-mfa-api-'))
  try {
    const configs = entries.map(([entry, { types }]) => [
      fileName(entry),
      configOf(folder, fileName(entry), types, reports),
    ])
    const files = configs.map(([, { mainEntryPointFilePath }]) => mainEntryPointFilePath)
    // All entries are compiled once.
    const compiled = CompilerState.create(configs[0][1], { additionalEntryPoints: files.slice(1) })
    return Object.fromEntries(configs.map(([name, config]) => [name, report(name, config, compiled)]))
  } finally {
    rmSync(reports, { recursive: true })
  }
}
