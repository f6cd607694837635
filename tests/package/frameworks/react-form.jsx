/** A React app that draws its own form with `useFlow`. */
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { useFlow } from 'bank-mfa/react'
import { startFlow } from './bank.js'

function App() {
  const [flow, setFlow] = useState(null)
  const [isShown, setShown] = useState(true)
  return (
    <>
      <button onClick={() => setFlow(startFlow('changing_ids'))}>Start</button>
      <button onClick={() => setShown(!isShown)}>{isShown ? 'Hide' : 'Show'}</button>
      {isShown && <Form flow={flow} />}
    </>
  )
}

function Form({ flow }) {
  const step = useFlow(flow)
  if (step?.kind !== 'challenge') return <output>{step?.kind ?? 'no flow'}</output>
  const { number, challenges } = step.round
  return (
    <form
      key={number}
      onSubmit={(event) => {
        event.preventDefault()
        step.answer(new FormData(event.currentTarget))
      }}
    >
      <output>round {number}</output>
      {challenges.flatMap(({ prompt, fields }) =>
        fields.map(({ name }) => (
          <label key={name}>
            {prompt} <input name={name} />
          </label>
        )),
      )}
      <button>Send</button>
    </form>
  )
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
