/** Uses every export of bank-mfa/react as its types allow, and misuses some. It is compiled, never run. */
import { useRef, useState, type ReactElement } from 'react'
import { flinks, type Authorized, type Flow } from 'bank-mfa'
import { remote, type RemoteFlow, type Step } from 'bank-mfa/remote'
import type { BankMfaElement } from 'bank-mfa/element'
import { BankMfa, useFlow, type BankMfaProps, type FlowOf, type ObservableFlow } from 'bank-mfa/react'
import { fr } from 'bank-mfa/texts'

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
  const shown: FlowOf | null = flow
  const step = useFlow(observable)
  const none: null = useFlow(undefined) as null
  return <button onClick={() => setFlow(remote('/mfa').start({ connection: '' }))}>{shown ? step?.kind : none}</button>
}

export function Drawn({ flow, connection }: { flow: Flow<Authorized> | null; connection: string }): ReactElement {
  const [remoteFlow] = useState<RemoteFlow | null>(null)
  const element = useRef<BankMfaElement>(null)
  const props: Pick<BankMfaProps, 'className' | 'style' | 'aria-label'> = {
    className: 'mine',
    style: { maxWidth: '20rem' },
    'aria-label': 'Bank',
  }
  return (
    <>
      <BankMfa
        {...props}
        ref={element}
        flow={flow}
        texts={fr}
        clock={Date}
        onStep={(step, event) => step.kind === event.detail.step.kind}
        onDone={({ requestId, institution }) => [requestId, institution]}
        onFailed={({ code, retryAt }) => [code, retryAt]}
        onAction={({ next, failure }, event) => {
          if (next === 'sign-in' || failure.code === 'busy') event.preventDefault()
        }}
      />
      <BankMfa
        start={() => remote('/mfa').start({ connection })}
        onDone={({ institution, connectionStatus }) => [institution?.length, connectionStatus]}
      />
      <BankMfa flow={remoteFlow} onDone={({ institution }) => institution?.length} />
      <BankMfa<{ guid: string }>
        start={async () => remote('/mfa').start<{ guid: string }>({ connection })}
        onDone={({ guid }) => guid}
      />
      <button onClick={() => element.current?.focus()}>Answer</button>
    </>
  )
}

export function Misuses(): ReactElement {
  const step = useFlow(flinks.authorize({ loginId: '' }, { instance: '', customerId: '' }))
  // @ts-expect-error there is no step on the server and while the page hydrates
  const kind = step.kind
  // @ts-expect-error a flow's id is no flow
  useFlow('id')
  return (
    <>
      {kind}
      {/* @ts-expect-error a flow is not started during render, but by a function */}
      <BankMfa start={remote('/mfa').start({ connection: '' })} />
      {/* @ts-expect-error the element draws its own children */}
      <BankMfa>Loading</BankMfa>
      {/* @ts-expect-error a page gets no id of the vendor */}
      <BankMfa start={() => remote('/mfa').start({ connection: '' })} onDone={({ requestId }) => requestId} />
      {/* @ts-expect-error a result is not of this type */}
      <BankMfa flow={remote('/mfa').start<{ guid: string }>({ connection: '' })} onDone={(result: number) => result} />
    </>
  )
}
