/** The formats that this release writes, and the sets whose records it continues. */
import { fileURLToPath } from 'node:url'
import { formats } from '../../release/lib/surface.mjs'

const now = formats(fileURLToPath(new URL('../../..', import.meta.url)))

export const newest = {
  snapshot: Number(now['snapshot, written']),
  record: Number(now['edge record']),
  sealed: now['sealed text'],
}

/** Whether this release continues what a set's release has stored. */
export const reads = ({ snapshot, record, sealed }) =>
  sealed === newest.sealed &&
  record === newest.record &&
  snapshot >= Number(now['snapshot, oldest read']) &&
  snapshot <= newest.snapshot + 1
