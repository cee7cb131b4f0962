'use client'

import { RadioGroup } from 'radix-ui'
import { Skeleton } from '@/components/ui/skeleton'
import type { TemplateSummary } from '@/lib/protocol/sandboxes'
import { FailedPanel } from './failed-panel'
import { useTemplates } from './sandbox-queries'

export interface TemplatePickerProps {
  /** Null: the first of the list. */
  value: string | null
  onValueChange(templateId: string): void
}

export function TemplatePicker({ value, onValueChange }: TemplatePickerProps) {
  const { data, error, refetch, isFetching } = useTemplates()
  return (
    <section aria-labelledby="templates-title" className="mt-8">
      <h2 id="templates-title" className="mb-3 text-16 font-semibold">
        Templates
      </h2>
      {data !== undefined && (
        <RadioGroup.Root
          aria-labelledby="templates-title"
          value={value ?? data[0]?.id ?? ''}
          onValueChange={onValueChange}
          className={GRID}
        >
          {data.map((template) => (
            <TemplateCard key={template.id} template={template} onChoose={() => onValueChange(template.id)} />
          ))}
        </RadioGroup.Root>
      )}
      {data === undefined && error === null && <PickerSkeleton />}
      {data === undefined && error !== null && (
        <FailedPanel
          title="The templates did not load"
          error={error}
          isRetrying={isFetching}
          onRetry={() => void refetch()}
        />
      )}
    </section>
  )
}

const GRID = 'grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-6'

/** Chosen as soon as it has the focus, as radio buttons are: Radix alone misses an arrow key that is pressed shortly. */
function TemplateCard({ template, onChoose }: { template: TemplateSummary; onChoose(): void }) {
  return (
    <RadioGroup.Item
      value={template.id}
      onFocus={onChoose}
      className="flex flex-col items-start rounded-large border bg-surface p-3 text-left transition-colors hover:border-ink-3 active:bg-pressed data-[state=checked]:border-accent data-[state=checked]:ring-1 data-[state=checked]:ring-accent"
    >
      <span
        aria-hidden
        className="grid h-8 min-w-8 place-items-center rounded-medium bg-sunken px-1 text-12 font-semibold text-ink-2 in-data-[state=checked]:bg-accent-soft in-data-[state=checked]:text-accent"
      >
        {template.badge}
      </span>
      <span className="mt-2 font-semibold">{template.name}</span>
      <span className="text-12 text-ink-2">{template.description}</span>
    </RadioGroup.Item>
  )
}

function PickerSkeleton() {
  return (
    <div role="status" aria-label="Loading the templates" className={GRID}>
      {['blank', 'node', 'python', 'static', 'react', 'nextjs'].map((key) => (
        <div key={key} className="rounded-large border bg-surface p-3">
          <Skeleton className="size-8 rounded-medium" />
          <Skeleton className="mt-2 mb-1 h-4 w-16" />
          <Skeleton className="mb-1 h-3 w-28 max-w-full" />
          <Skeleton className="mb-1 h-3 w-20 max-w-full" />
        </div>
      ))}
    </div>
  )
}
