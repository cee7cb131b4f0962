'use client'

import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { nameProblem } from './file-paths'

export type NameFieldProps = {
  label: string
  initial: string
  /** Null: nothing is to be done. */
  onDone: (name: string | null) => void
}

/** A name typed in place: Enter takes it, Escape leaves it. */
export function NameField({ label, initial, onDone }: NameFieldProps) {
  const [name, setName] = useState(initial)
  const input = useRef<HTMLInputElement>(null)
  const isDone = useRef(false)
  const problem = name === '' ? null : nameProblem(name)

  useEffect(() => {
    const dot = initial.lastIndexOf('.')
    input.current?.focus()
    input.current?.setSelectionRange(0, dot > 0 ? dot : initial.length)
  }, [initial])

  function finish(isTaken: boolean) {
    if (isDone.current || (isTaken && problem)) return
    isDone.current = true
    onDone(isTaken && name !== '' && name !== initial ? name : null)
  }

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation()
    if (event.key === 'Enter') finish(true)
    if (event.key === 'Escape') finish(false)
    // The field goes, and the focus must not go with it: the tree around it takes the keys again.
    if (isDone.current) input.current?.closest<HTMLElement>('[tabindex="0"]')?.focus()
  }

  return (
    <span className="relative flex min-w-0 flex-1">
      <input
        ref={input}
        aria-label={label}
        aria-invalid={problem !== null}
        value={name}
        spellCheck={false}
        autoComplete="off"
        className="h-5 w-full min-w-0 rounded-small border border-accent bg-surface px-1 outline-none aria-invalid:border-bad pointer-coarse:h-9 pointer-coarse:text-16"
        onChange={(event) => setName(event.target.value)}
        onKeyDown={onKeyDown}
        onClick={(event) => event.stopPropagation()}
        onBlur={() => finish(problem === null)}
      />
      {problem && (
        <span
          role="alert"
          className="absolute top-6 left-0 z-10 rounded-small bg-bad px-2 text-12 text-bad-ink"
        >
          {problem}
        </span>
      )}
    </span>
  )
}
