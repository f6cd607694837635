import type { PublicStep } from '../shared.js'

/** Returns the same key for two versions of one step, so that `current` stays the same object. */
export function stepKey(step: PublicStep): string {
  switch (step.kind) {
    case 'working':
      return `working ${step.stage} ${step.until}`
    case 'challenge':
      return `challenge ${step.round.number}`
    case 'redirect':
      return `redirect ${step.number}`
    case 'connect':
      return `connect ${step.address}`
    default:
      return step.kind
  }
}
