'use client'

import type { SandboxSummary, TemplateSummary } from '@/lib/protocol/sandboxes'
import { SandboxRow } from './sandbox-row'
import { Heading } from './table-parts'
import { useNow } from './use-now'

export interface SandboxTableProps {
  sandboxes: SandboxSummary[]
  templates: TemplateSummary[]
}

/** A table where there is room; on a phone each row is a card, of the same cells. */
export function SandboxTable({ sandboxes, templates }: SandboxTableProps) {
  const now = useNow()
  const names = new Map(templates.map((template) => [template.id, template.name]))
  return (
    <div className="sm:overflow-hidden sm:rounded-large sm:border sm:bg-surface">
      <table aria-labelledby="sandboxes-title" className="w-full max-sm:block">
        <thead className="bg-sunken text-left text-12 text-ink-2 max-sm:sr-only">
          <tr>
            <Heading>Name</Heading>
            <Heading>Template</Heading>
            <Heading>State</Heading>
            <Heading>Last used</Heading>
            <Heading className="text-right">Disk</Heading>
            <Heading>
              <span className="sr-only">Actions</span>
            </Heading>
          </tr>
        </thead>
        <tbody className="max-sm:flex max-sm:flex-col max-sm:gap-3">
          {sandboxes.map((sandbox) => (
            <SandboxRow
              key={sandbox.sandboxId}
              sandbox={sandbox}
              templateName={names.get(sandbox.templateId ?? '') ?? sandbox.templateId ?? 'Blank'}
              now={now}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}
