import { useCallback, useSyncExternalStore } from 'react'
import type { Step } from '../flow/steps.js'

/** The part of a flow that `useFlow` needs. `Flow` and `RemoteFlow` have it. */
export interface ObservableFlow<Result = unknown> {
  readonly current: Step<Result>
  subscribe(listener: () => void): () => void
}

/**
 * The current step of a flow, for a form of your own. The component renders again after each change. Returns null without
 * a flow, on the server and while the page hydrates. It never starts or cancels a flow: create the flow in an event
 * handler, keep it in a state, and call `flow.cancel()` if the person leaves.
 *
 * @example
 * const [flow, setFlow] = useState<RemoteFlow | null>(null)
 * const step = useFlow(flow)
 */
export function useFlow<Result = unknown>(flow: ObservableFlow<Result> | null | undefined): Step<Result> | null {
  const subscribe = useCallback((listener: () => void) => flow?.subscribe(listener) ?? unsubscribed, [flow])
  return useSyncExternalStore(subscribe, () => flow?.current ?? null, serverStep)
}

/** A server has no flow: creating one starts it. */
const serverStep = () => null

const unsubscribed = () => {}
