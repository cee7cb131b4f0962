import { useState } from 'react'
import { Counter } from './counter.tsx'

export function App() {
  const [name, setName] = useState('world')

  return (
    <main>
      <h1>Hello, {name}</h1>
      <p>Change this file and save: the page follows at once.</p>
      <input
        aria-label="Your name"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Counter />
    </main>
  )
}
