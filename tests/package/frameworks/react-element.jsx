/** A React app with the component `<BankMfa>`, which a server can render. */
import { StrictMode, useRef, useState } from 'react'
import { BankMfa, useFlow } from 'bank-mfa/react'

function App({ startFlow }) {
  const [flow, setFlow] = useState(null)
  const [renders, setRenders] = useState(1)
  const [isShown, setShown] = useState(true)
  const [username, setUsername] = useState('changing_ids')
  const [log, setLog] = useState([])
  const element = useRef(null)
  const step = useFlow(flow)
  const note = (...entries) => setLog((log) => [...log, [...entries, renders].join(' ')])
  return (
    <>
      <button onClick={() => setFlow(startFlow(username))}>Start</button>
      <button onClick={() => setRenders(renders + 1)}>Render</button>
      <button onClick={() => setUsername('Greatday')}>Other person</button>
      <button onClick={() => setShown(!isShown)}>Show or hide</button>
      <button onClick={() => note(element.current?.localName, element.current?.flow === flow)}>Read the ref</button>
      {isShown && (
        <BankMfa
          ref={element}
          className="mine"
          lang="en"
          style={{ maxWidth: '20rem' }}
          flow={flow}
          start={() => startFlow(username)}
          onStep={({ kind, round }) => note('step', kind, round?.number ?? '-')}
          onDone={({ institution }) => note('done', institution)}
          onFailed={({ code }) => note('failed', code)}
          onAction={({ next }, event) => note('action', next, event.cancelable)}
        />
      )}
      <output>{step?.kind ?? 'no flow'}</output>
      <ol>
        {log.map((entry, index) => (
          <li key={index}>{entry}</li>
        ))}
      </ol>
    </>
  )
}

/** What the server and the page render. */
export const view = (startFlow) => (
  <StrictMode>
    <App startFlow={startFlow} />
  </StrictMode>
)
