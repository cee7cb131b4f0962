'use client'

import { type FormEvent, useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { toSandboxError } from '@/lib/errors'
import { ChoiceCards } from './choice-cards'
import { baseName } from './file-paths'
import { ListFailure, ListNote } from './list-state'
import { globsOf } from './overlay-words'
import { useAddOverlay, useOverlaySources } from './use-overlays'
import { useWorkbench } from './workbench-context'

const STRATEGIES = [
  {
    value: 'smart',
    title: 'Link packages',
    text: "Folders such as node_modules are linked to the template's: there at once, and they take no disk.",
  },
  {
    value: 'copy',
    title: 'Copy everything',
    text: 'Packages are copied in the background: yours to change, but they take time and disk.',
  },
] as const
type Strategy = (typeof STRATEGIES)[number]['value']

export function OverlayForm() {
  const { info } = useWorkbench()
  const id = useId()
  const sources = useOverlaySources(true)
  const add = useAddOverlay()
  const [chosen, setChosen] = useState<string | null>(null)
  const [target, setTarget] = useState('')
  const [strategy, setStrategy] = useState<Strategy>('smart')
  const [ignored, setIgnored] = useState('')
  const source = chosen ?? sources.data?.[0]?.path ?? ''
  const folder = baseName(source)

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (add.isPending || source === '') return
    add.mutate({ source, target: target.trim() || folder, strategy, ignore: globsOf(ignored) })
  }

  if (sources.error && !sources.data) {
    const { message } = toSandboxError(sources.error)
    return (
      <div className="mt-4">
        <ListFailure message={message} onRetry={() => void sources.refetch()} />
      </div>
    )
  }
  if (sources.data?.length === 0) {
    return (
      <div className="mt-4">
        <ListNote text="This Sandlot has no templates to add. Whoever runs it gets them by npm run setup." />
      </div>
    )
  }
  return (
    <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
      <ChoiceCards
        label="Template"
        value={source}
        choices={sources.data?.map(({ path, ...words }) => ({ value: path, ...words }))}
        onChange={setChosen}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <div>
          <Label htmlFor={`${id}-target`} className="mb-1 block">
            Folder
          </Label>
          <Input
            id={`${id}-target`}
            aria-describedby={`${id}-target-hint`}
            className="font-code"
            placeholder={folder}
            spellCheck={false}
            autoComplete="off"
            value={target}
            onChange={(event) => setTarget(event.target.value)}
          />
          <p id={`${id}-target-hint`} className="mt-1 text-12 text-ink-2">
            In <span className="font-code">{info.directory}</span>. It is made where there is none.
          </p>
        </div>
        <div>
          <Label htmlFor={`${id}-ignored`} className="mb-1 block">
            Leave out
          </Label>
          <Input
            id={`${id}-ignored`}
            aria-describedby={`${id}-ignored-hint`}
            className="font-code"
            placeholder="*.md, public"
            spellCheck={false}
            autoComplete="off"
            value={ignored}
            onChange={(event) => setIgnored(event.target.value)}
          />
          <p id={`${id}-ignored-hint`} className="mt-1 text-12 text-ink-2">
            Names or patterns, with commas between. Optional.
          </p>
        </div>
      </div>
      <ChoiceCards label="Packages" value={strategy} choices={STRATEGIES} onChange={setStrategy} />
      <div className="flex items-center justify-end gap-3">
        {add.error !== null && (
          <p role="alert" className="min-w-0 flex-1 text-13 break-words text-bad">
            {toSandboxError(add.error).message}
          </p>
        )}
        <Button type="submit" variant="primary" isBusy={add.isPending} disabled={source === ''}>
          Add files
        </Button>
      </div>
    </form>
  )
}
