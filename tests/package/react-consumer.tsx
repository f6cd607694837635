/** Uses every export of bank-mfa/react as its types allow, and misuses some. It is compiled, never run. */
import { useState, type ReactElement } from 'react'
import { flinks, type Authorized, type Flow } from 'bank-mfa'
import { remote, type RemoteFlow, type Step } from 'bank-mfa/remote'
import { useFlow, type ObservableFlow } from 'bank-mfa/react'

export function OwnForm({ flow }: { flow: Flow<Authorized> | null }): ReactElement {
  const step: Step<Authorized> | null = useFlow(flow)
  if (step?.kind === 'done') return <p>{step.result.requestId}</p>
  if (step?.kind !== 'challenge') return <p>{step?.kind ?? 'working'}</p>
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void step.answer(new FormData(event.currentTarget))
      }}
    >
      {step.round.challenges.map(({ id, prompt }) => (
        <p key={id}>{prompt}</p>
      ))}
    </form>
  )
}

export function Page(): ReactElement {
  const [flow, setFlow] = useState<RemoteFlow | null>(null)
  const observable: ObservableFlow | null = flow
  const step = useFlow(observable)
  const none: null = useFlow(undefined) as null
  return <button onClick={() => setFlow(remote('/mfa').start({ connection: '' }))}>{step?.kind ?? none}</button>
}

export function Misuses(): ReactElement {
  const step = useFlow(flinks.authorize({ loginId: '' }, { instance: '', customerId: '' }))
  // @ts-expect-error there is no step on the server and while the page hydrates
  const kind = step.kind
  // @ts-expect-error a flow's id is no flow
  useFlow('id')
  return <p>{kind}</p>
}
