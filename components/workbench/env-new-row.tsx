'use client'

import { Eye, EyeOff, Plus } from 'lucide-react'
import { type FormEvent, useId, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { IconButton } from '@/components/ui/icon-button'
import { type EnvRow, envNameProblem } from '@/lib/env-rows'
import { rowsOf } from './env-fields'

export type EnvNewRowProps = { rows: readonly EnvRow[]; onAdd: (name: string, value: string) => void }

/** A new variable, at the end of the file. Its value is typed as dots until it is asked for. */
export function EnvNewRow({ rows, onAdd }: EnvNewRowProps) {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const [isShown, setIsShown] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const nameField = useRef<HTMLInputElement>(null)
  const problemId = useId()

  function add(event: FormEvent): void {
    event.preventDefault()
    const refusal = envNameProblem(name) ?? takenProblem(rows, name)
    setProblem(refusal)
    nameField.current?.focus()
    if (refusal !== null) return
    onAdd(name, value)
    setName('')
    setValue('')
    setIsShown(false)
  }

  return (
    <form aria-label="New variable" className="p-2 sm:pr-2" onSubmit={add}>
      <div className="flex items-start gap-2 max-sm:flex-col">
        <input
          ref={nameField}
          aria-label="Name of a new variable"
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : problemId}
          placeholder="NEW_VARIABLE"
          value={name}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          className={cn(FIELD, 'sm:w-2/5')}
          onChange={(event) => {
            setName(event.target.value)
            setProblem(null)
          }}
        />
        <div className="flex w-full min-w-0 flex-1 items-start gap-1">
          <textarea
            aria-label="Value of the new variable"
            placeholder="value"
            value={value}
            rows={rowsOf(value)}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            className={cn(
              FIELD,
              'field-sizing-content max-h-64 resize-none break-all',
              !isShown && '[-webkit-text-security:disc]',
            )}
            onChange={(event) => setValue(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey) return
              event.preventDefault()
              event.currentTarget.form?.requestSubmit()
            }}
          />
          <IconButton
            size="small"
            className="sm:size-7"
            label={isShown ? 'Hide what is typed' : 'Show what is typed'}
            onClick={() => setIsShown(!isShown)}
          >
            {isShown ? <EyeOff /> : <Eye />}
          </IconButton>
          <Button type="submit" size="small" className="w-16">
            <Plus aria-hidden className="size-4" />
            Add
          </Button>
        </div>
      </div>
      {problem !== null && (
        <p id={problemId} role="alert" className="px-2 pt-1 text-12 text-bad">
          {problem}
        </p>
      )}
    </form>
  )
}

const FIELD =
  'block w-full min-w-0 rounded-small border border-line-strong bg-surface px-2 py-0.75 font-code text-13 text-ink hover:border-ink-3 aria-invalid:border-bad pointer-coarse:min-h-11 pointer-coarse:text-16'

function takenProblem(rows: readonly EnvRow[], name: string): string | null {
  const taken = rows.findLast((row) => row.name === name)
  return taken ? `${name} is there already, on line ${taken.line}. Change it there.` : null
}
