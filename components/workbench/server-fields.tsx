'use client'

import { type ReactNode, useId, useState } from 'react'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import type { DraftProblems, ServerDraft, ServerField } from './server-form'

export type ServerFieldsProps = {
  draft: ServerDraft
  problems: DraftProblems
  isEdited: boolean
  onChange: (changes: Partial<ServerDraft>) => void
}

/** What most servers need; the rest is folded until it is asked for, or wrong. */
export function ServerFields(props: ServerFieldsProps) {
  const { draft, problems, isEdited, onChange } = props
  const [isOpen, setIsOpen] = useState(() => isEdited && hasAdvanced(draft))
  const isWrong = ADVANCED.some((field) => problems[field] !== undefined)
  return (
    <>
      <Field label="Name" problem={problems.slug} hint={isEdited ? undefined : 'Such as web or api.'}>
        {(look) => (
          <Input
            {...look}
            value={draft.slug}
            readOnly={isEdited}
            className="read-only:text-ink-2"
            maxLength={63}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange({ slug: event.target.value })}
          />
        )}
      </Field>
      <TextField {...props} field="start" label="Start command" placeholder="npm run dev" isCode />
      <TextField
        {...props}
        field="port"
        label="Port"
        placeholder="Found by itself"
        hint="Told to the program as PORT."
        isNumber
      />
      <details
        open={isOpen || isWrong}
        onToggle={(event) => setIsOpen(event.currentTarget.open)}
        className="mt-4 border-t pt-3"
      >
        <summary className="min-h-6 cursor-pointer text-13 font-medium text-ink-2 hover:text-ink pointer-coarse:min-h-11">
          Advanced
        </summary>
        <AdvancedFields {...props} />
      </details>
    </>
  )
}

const ADVANCED = [
  'install',
  'path',
  'environment',
  'envFile',
  'maxRestarts',
  'healthPath',
  'healthSeconds',
] as const satisfies readonly ServerField[]

function hasAdvanced(draft: ServerDraft): boolean {
  return [draft.install, draft.path, draft.environment, draft.envFile, draft.healthPath].some(Boolean)
}

const POLICIES: { policy: ServerDraft['restartPolicy']; label: string }[] = [
  { policy: 'never', label: 'Never' },
  { policy: 'on-failure', label: 'When it fails' },
  { policy: 'always', label: 'Whenever it ends' },
]

function AdvancedFields(props: ServerFieldsProps) {
  const { draft, problems, onChange } = props
  return (
    <>
      <TextField
        {...props}
        field="install"
        label="Install command"
        placeholder="npm install"
        hint="Runs once, before the first start."
        isCode
      />
      <TextField {...props} field="path" label="Folder" placeholder="The project's" isCode />
      <Field label="Environment" problem={problems.environment} hint="One NAME=value a line.">
        {(look) => (
          <textarea
            {...look}
            rows={3}
            value={draft.environment}
            autoComplete="off"
            spellCheck={false}
            className="block w-full resize-y rounded-medium border border-line-strong bg-surface px-3 py-1.5 font-code text-12 hover:border-ink-3 focus-visible:border-accent aria-invalid:border-bad pointer-coarse:text-16"
            onChange={(event) => onChange({ environment: event.target.value })}
          />
        )}
      </Field>
      <TextField
        {...props}
        field="envFile"
        label="Environment file"
        placeholder=".env"
        hint="In the folder above. What stands in Environment comes first."
        isCode
      />
      <div className="grid gap-x-4 sm:grid-cols-2">
        <Field label="Start again">
          {(look) => (
            <select
              {...look}
              value={draft.restartPolicy}
              className="h-8 w-full rounded-medium border border-line-strong bg-surface px-2 text-13 hover:border-ink-3 focus-visible:border-accent pointer-coarse:h-11 pointer-coarse:text-16"
              onChange={(event) =>
                onChange({ restartPolicy: event.target.value as ServerDraft['restartPolicy'] })
              }
            >
              {POLICIES.map(({ policy, label }) => (
                <option key={policy} value={policy}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        {draft.restartPolicy !== 'never' && (
          <TextField
            {...props}
            field="maxRestarts"
            label="At most"
            placeholder="Without a limit"
            hint="Times."
            isNumber
          />
        )}
        <TextField
          {...props}
          field="healthPath"
          label="Health check"
          placeholder="/health"
          hint="Ready once this path answers 2xx or 3xx."
          isCode
        />
        {draft.healthPath.trim() !== '' && (
          <TextField {...props} field="healthSeconds" label="Checked every" hint="Seconds." isNumber />
        )}
      </div>
      <label className="mt-4 flex min-h-6 items-center gap-2 text-13 pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={draft.autostart}
          className="size-4 accent-accent"
          onChange={(event) => onChange({ autostart: event.target.checked })}
        />
        Start with the sandbox
      </label>
    </>
  )
}

type TextFieldProps = ServerFieldsProps & {
  field: Exclude<ServerField, 'autostart' | 'restartPolicy'>
  label: string
  placeholder?: string
  hint?: string
  isCode?: boolean
  isNumber?: boolean
}

function TextField({ draft, problems, onChange, field, label, ...look }: TextFieldProps) {
  const { placeholder, hint, isCode, isNumber } = look
  return (
    <Field label={label} problem={problems[field]} hint={hint}>
      {(ids) => (
        <Input
          {...ids}
          value={draft[field]}
          placeholder={placeholder}
          inputMode={isNumber ? 'decimal' : undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className={isCode ? 'font-code text-12' : undefined}
          onChange={(event) => onChange({ [field]: event.target.value })}
        />
      )}
    </Field>
  )
}

type FieldProps = {
  label: string
  problem?: string | undefined
  hint?: string | undefined
  children: (look: { id: string; 'aria-invalid'?: true; 'aria-describedby'?: string }) => ReactNode
}

/** A label, what it is for, and below it what is wrong or a hint. */
function Field({ label, problem, hint, children }: FieldProps) {
  const id = useId()
  const note = problem ?? hint
  return (
    <div className="mt-3">
      <Label htmlFor={id} className="mb-1 block">
        {label}
      </Label>
      {children({
        id,
        ...(problem ? { 'aria-invalid': true } : {}),
        ...(note ? { 'aria-describedby': `${id}-note` } : {}),
      })}
      {note && (
        <p id={`${id}-note`} className={problem ? 'mt-1 text-12 text-bad' : 'mt-1 text-12 text-ink-3'}>
          {note}
        </p>
      )}
    </div>
  )
}
