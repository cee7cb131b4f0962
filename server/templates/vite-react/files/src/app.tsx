import { useState } from 'react'
import { Counter } from './counter.tsx'

export function App() {
  const [name, setName] = useState('world')

  return (
    <main>
      <h1>Hello, {name}</h1>
      <p>
        Change <code>src/app.tsx</code> and save: the page follows at once, and keeps what you typed.
      </p>
      <label>
        Your name <input value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <Counter />
    </main>
  )
}
