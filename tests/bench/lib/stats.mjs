/** Median and quartiles. */

/** The value below which a share of the sorted values lies, between two values if need be. */
export function quantile(sorted, share) {
  const at = (sorted.length - 1) * share
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}

/** Four digits are more than any of the figures is sure of. */
const rounded = (value) => Number(value.toPrecision(4))

/** `{ median, q1, q3 }` of values. Half of the values are between the two quartiles. */
export function summary(values) {
  const sorted = values.toSorted((one, other) => one - other)
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => rounded(quantile(sorted, share)))
  return { median, q1, q3 }
}
