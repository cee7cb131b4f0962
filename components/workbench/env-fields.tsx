'use client'

import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { cn } from '@/components/ui/class-names'
import { envNameProblem } from '@/lib/env-rows'

/** Quiet until it is pointed at or typed in. */
const FIELD =
  'block w-full min-w-0 rounded-small border border-transparent bg-transparent px-2 py-0.75 font-code text-13 text-ink enabled:hover:border-line-strong focus-visible:-outline-offset-1 read-only:hover:border-transparent aria-invalid:border-bad pointer-coarse:min-h-9 pointer-coarse:text-16'

export type EnvNameFieldProps = {
  name: string
  line: number
  isReadOnly: boolean
  onRename: (name: string) => void
  onEndStep: () => void
}

/** What is no name stays in the field with its reason; the file keeps the name that it had. Escape goes back to it. */
export function EnvNameField({ name, line, isReadOnly, onRename, onEndStep }: EnvNameFieldProps) {
  const [refused, setRefused] = useState<string | null>(null)
  const before = useRef(name)
  const problemId = useId()
  const problem = refused === null ? null : envNameProblem(refused)

  function change(text: string): void {
    const isName = envNameProblem(text) === null
    setRefused(isName ? null : text)
    onRename(isName ? text : before.current)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    setRefused(null)
    onRename(before.current)
  }

  return (
    <>
      <input
        aria-label={`Name of the variable on line ${line}`}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : problemId}
        value={refused ?? name}
        readOnly={isReadOnly}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        className={cn(FIELD, 'truncate')}
        onFocus={() => {
          if (refused === null) before.current = name
          onEndStep()
        }}
        onBlur={onEndStep}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {problem !== null && (
        <p id={problemId} role="alert" className="px-2 pb-1 text-12 text-bad">
          {problem} The file still says {before.current}.
        </p>
      )}
    </>
  )
}

export type EnvValueFieldProps = {
  name: string
  value: string
  isReadOnly: boolean
  onValue: (value: string) => void
  onEndStep: () => void
}

/** A value that may be seen. Enter ends it, as in a field of one line; with Shift it begins a line. */
export function EnvValueField({ name, value, isReadOnly, onValue, onEndStep }: EnvValueFieldProps) {
  return (
    <textarea
      aria-label={`Value of ${name}`}
      value={value}
      readOnly={isReadOnly}
      rows={rowsOf(value)}
      spellCheck={false}
      autoCapitalize="off"
      autoComplete="off"
      className={cn(FIELD, 'field-sizing-content max-h-64 resize-none break-all')}
      onFocus={onEndStep}
      onBlur={onEndStep}
      onChange={(event) => onValue(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.shiftKey || value.includes('\n')) return
        event.preventDefault()
        event.currentTarget.blur()
      }}
    />
  )
}

const MAX_ROWS = 12

export function rowsOf(value: string): number {
  return Math.min(MAX_ROWS, value.split('\n').length)
}
