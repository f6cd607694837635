/** The parts of the bench, in their order on the page. Each module exports `title`, `method` and `measure({ short })`. */
const NAMES = ['size', 'ready', 'flows', 'memory', 'polling', 'screen', 'edge', 'cold']

/** The parts that `selected` names, separated by commas or spaces: all of them if it is empty. */
export function selectParts(selected = '') {
  const names = selected.split(/[\s,]+/).filter(Boolean)
  const unknown = names.filter((name) => !NAMES.includes(name))
  if (unknown.length > 0) throw new Error(`unknown parts: ${unknown.join(', ')}. The parts are: ${NAMES.join(', ')}`)
  return NAMES.filter((name) => names.length === 0 || names.includes(name))
}

export const loadPart = (name) => import(`../parts/${name}.mjs`)
