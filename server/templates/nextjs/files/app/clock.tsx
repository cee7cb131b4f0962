'use client'

import { useState } from 'react'

export function Clock() {
  const [time, setTime] = useState('')

  async function askServer() {
    const response = await fetch('/api/time')
    const answer = await response.json()
    setTime(answer.time)
  }

  return (
    <button type="button" onClick={askServer}>
      {time || 'What time is it on the server?'}
    </button>
  )
}
