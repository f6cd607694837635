/** `make api`: records the package's surface. Refuses a changed one without a line in the changelog. */
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
  if (changed.length > 0) writeRecord({ surface, lines: lineHashes(newest.lines) }, reports)
  console.log(changed.length > 0 ? `recorded: ${changed.join(', ')}` : 'nothing has changed')
}
