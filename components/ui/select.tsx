'use client'

import { Check, ChevronDown } from 'lucide-react'
import { Select as SelectPrimitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './class-names'
import { menuItem, menuPanel } from './menu-look'

export interface SelectProps {
  label: string
  value: string
  onValueChange(value: string): void
  options: ReadonlyArray<{ value: string; label: ReactNode }>
  className?: string
  disabled?: boolean
}

export function Select({ label, value, onValueChange, options, className, disabled = false }: SelectProps) {
  return (
    <SelectPrimitive.Root value={value} onValueChange={onValueChange} disabled={disabled}>
      <SelectPrimitive.Trigger
        aria-label={label}
        className={cn(
          'inline-flex h-8 items-center justify-between gap-2 rounded-medium border border-line-strong bg-surface px-3 text-13 transition-colors enabled:hover:bg-hover disabled:opacity-50 pointer-coarse:min-h-11',
          className,
        )}
      >
        <SelectPrimitive.Value />
        <ChevronDown aria-hidden className="size-4 text-ink-2" />
      </SelectPrimitive.Trigger>
      <SelectPrimitive.Portal>
        <SelectPrimitive.Content position="popper" sideOffset={4} collisionPadding={8} className={menuPanel}>
          <SelectPrimitive.Viewport>
            {options.map((option) => (
              <SelectPrimitive.Item key={option.value} value={option.value} className={menuItem}>
                <SelectPrimitive.ItemText>{option.label}</SelectPrimitive.ItemText>
                <SelectPrimitive.ItemIndicator className="ml-auto pl-4">
                  <Check aria-hidden />
                </SelectPrimitive.ItemIndicator>
              </SelectPrimitive.Item>
            ))}
          </SelectPrimitive.Viewport>
        </SelectPrimitive.Content>
      </SelectPrimitive.Portal>
    </SelectPrimitive.Root>
  )
}
