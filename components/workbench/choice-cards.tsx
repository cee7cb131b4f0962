'use client'

import { RadioGroup } from 'radix-ui'
import { useId } from 'react'
import { Skeleton } from '@/components/ui/skeleton'

type Choice<T extends string> = { value: T; title: string; text: string }

export type ChoiceCardsProps<T extends string> = {
  label: string
  value: T
  /** Absent while they are loading. */
  choices: readonly Choice<T>[] | undefined
  onChange: (value: T) => void
}

/** A few things to choose one of, with a sentence each. */
export function ChoiceCards<T extends string>({ label, value, choices, onChange }: ChoiceCardsProps<T>) {
  const id = useId()
  return (
    <div>
      <p id={id} className="mb-1 text-13 font-medium">
        {label}
      </p>
      {choices ? (
        <RadioGroup.Root
          aria-labelledby={id}
          value={value}
          onValueChange={(next) => {
            const choice = choices.find((each) => each.value === next)
            if (choice) onChange(choice.value)
          }}
          className="grid gap-2 sm:grid-cols-2"
        >
          {choices.map((choice) => (
            <RadioGroup.Item
              key={choice.value}
              value={choice.value}
              // As radio buttons are: Radix alone misses an arrow key that is pressed shortly.
              onFocus={() => onChange(choice.value)}
              className="flex min-h-11 flex-col items-start rounded-medium border bg-surface px-3 py-2 text-left transition-colors hover:border-ink-3 active:bg-pressed data-[state=checked]:border-accent data-[state=checked]:ring-1 data-[state=checked]:ring-accent"
            >
              <span className="text-13 font-medium">{choice.title}</span>
              <span className="text-12 text-ink-2">{choice.text}</span>
            </RadioGroup.Item>
          ))}
        </RadioGroup.Root>
      ) : (
        <div role="status" aria-label={`Loading: ${label}`} className="grid gap-2 sm:grid-cols-2">
          {['first', 'second', 'third', 'fourth'].map((key) => (
            <span
              key={key}
              className="flex h-13.5 flex-col justify-center gap-1.5 rounded-medium border px-3"
            >
              <Skeleton className="h-3 w-20" />
              <Skeleton className="h-2.5 w-40 max-w-full" />
            </span>
          ))}
        </div>
      )}
    </div>
  )
}
