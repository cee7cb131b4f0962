'use client'

import { type FormEvent, useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog, DialogClose, DialogContent, DialogFooter } from '@/components/ui/dialog'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { toSandboxError } from '@/lib/errors'
import type { CreatedApiKey } from '@/lib/protocol/sandboxes'
import { KeyExamples } from './key-examples'
import { useCreateKey } from './key-queries'
import { SecretField } from './secret-field'

export interface NewKeyDialogProps {
  isOpen: boolean
  onOpenChange(isOpen: boolean): void
  apiUrl: string
}

/** Asks for a name, then shows the key, once. What it holds is gone when it closes. */
export function NewKeyDialog({ isOpen, onOpenChange, apiUrl }: NewKeyDialogProps) {
  return (
    <Dialog open={isOpen} onOpenChange={onOpenChange}>
      {isOpen && <NewKey apiUrl={apiUrl} />}
    </Dialog>
  )
}

function NewKey({ apiUrl }: { apiUrl: string }) {
  const [created, setCreated] = useState<CreatedApiKey | null>(null)
  if (created === null) return <NameStep onCreated={setCreated} />
  return (
    <DialogContent
      title="Copy your new key now"
      description="It is shown this once. Sandlot keeps only a fingerprint of it."
      className="sm:max-w-xl"
      // A click beside the dialog would take the key away before it was copied.
      onInteractOutside={(event) => event.preventDefault()}
    >
      <SecretField label={created.name} secret={created.key} />
      <KeyExamples apiUrl={apiUrl} apiKey={created.key} />
      <DialogFooter>
        <DialogClose asChild>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </DialogContent>
  )
}

function NameStep({ onCreated }: { onCreated(key: CreatedApiKey): void }) {
  const id = useId()
  const [name, setName] = useState('')
  const create = useCreateKey()

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (name.trim() !== '') create.mutate(name.trim(), { onSuccess: onCreated })
  }

  return (
    <DialogContent title="New API key">
      <form onSubmit={submit}>
        <Label htmlFor={id} className="mt-4 mb-1 block">
          Name
        </Label>
        <Input
          id={id}
          size="large"
          placeholder="What it is for, such as CI"
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {create.error !== null && (
          <p role="alert" className="mt-2 text-13 text-bad">
            {toSandboxError(create.error).message}
          </p>
        )}
        <DialogFooter>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" variant="primary" isBusy={create.isPending} disabled={name.trim() === ''}>
            Create key
          </Button>
        </DialogFooter>
      </form>
    </DialogContent>
  )
}
