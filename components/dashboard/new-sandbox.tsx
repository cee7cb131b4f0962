'use client'

import { type FormEvent, type MouseEvent, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { appClient } from './app-client'
import { ChosenSnapshot } from './chosen-snapshot'
import { TemplatePicker } from './template-picker'
import { useOpenSandbox } from './use-open-sandbox'

export interface NewSandboxProps {
  /** What it begins with; null: a template. */
  snapshotId: string | null
  onSnapshot(id: string | null): void
}

/** A name if one likes, a template or a snapshot, and one click into the workbench. */
export function NewSandbox({ snapshotId, onSnapshot }: NewSandboxProps) {
  const [name, setName] = useState('')
  const [templateId, setTemplateId] = useState<string | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const { open, isOpening } = useOpenSandbox()
  const isNewTab = useRef(false)

  async function create(): Promise<string> {
    const trimmed = name.trim()
    const sandbox = await appClient.createSandbox({
      ...(trimmed !== '' && { name: trimmed }),
      ...(snapshotId !== null ? { snapshotId } : templateId !== null && { templateId }),
    })
    return sandbox.sandboxId
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (isOpening) return
    setFailure(null)
    void open(create, isNewTab.current).then(setFailure)
    isNewTab.current = false
  }

  function rememberKeys(event: MouseEvent): void {
    isNewTab.current = event.ctrlKey || event.metaKey
  }

  return (
    <form onSubmit={submit}>
      <h1 className="text-28 font-semibold tracking-tight">Start something</h1>
      <p className="mt-1 text-ink-2">
        A sandbox is a small Linux machine of your own. It is ready in a moment and ends when you are done.
      </p>
      <div className="mt-5 flex flex-col gap-3 sm:flex-row">
        <Input
          size="large"
          id="new-sandbox-name"
          aria-label="Name"
          placeholder="Name (optional)"
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" variant="primary" size="large" isBusy={isOpening} onClick={rememberKeys}>
          New sandbox
        </Button>
      </div>
      <p role="status" className="sr-only">
        {isOpening && 'Making the sandbox…'}
      </p>
      {failure !== null && (
        <p role="alert" className="mt-3 text-13 text-bad">
          {failure}
        </p>
      )}
      {snapshotId === null ? (
        <TemplatePicker value={templateId} onValueChange={setTemplateId} />
      ) : (
        <ChosenSnapshot id={snapshotId} onClear={() => onSnapshot(null)} />
      )}
    </form>
  )
}
