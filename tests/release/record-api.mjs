/** `make api`: records the package's surface and the changelog's lines. Refuses a changed surface without a new line. */
import { apiReports } from './lib/api.mjs'
import { judge, lineHashes, newestSection } from './lib/changelog.mjs'
import { changelog, pkg, readRecord, root, writeRecord } from './lib/record.mjs'
import { surfaceOf } from './lib/surface.mjs'

const reports = apiReports(pkg)
const surface = await surfaceOf(root, pkg, reports)
const newest = newestSection(changelog())
const { changed, fault } = judge(readRecord(), surface, newest)
if (fault) {
  console.error(fault)
  process.exitCode = 1
} else {
  writeRecord({ surface, version: newest.version, lines: lineHashes(newest.lines) }, reports)
  console.log(changed.length > 0 ? `recorded: ${changed.join(', ')}` : 'the types and formats have not changed')
}
