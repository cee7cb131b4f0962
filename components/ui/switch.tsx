'use client'

import { Switch as SwitchPrimitive } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './class-names'

export function Switch({ className, ...props }: ComponentProps<typeof SwitchPrimitive.Root>) {
  return (
    <SwitchPrimitive.Root
      {...props}
      className={cn(
        'relative inline-flex h-6 w-10 shrink-0 items-center rounded-full border border-line-strong bg-pressed transition-colors data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-50 pointer-coarse:my-[10px] pointer-coarse:after:absolute pointer-coarse:after:-inset-[10px]',
        className,
      )}
    >
      <SwitchPrimitive.Thumb className="block size-4 translate-x-[3px] rounded-full bg-surface shadow-float transition-transform data-[state=checked]:translate-x-[19px]" />
    </SwitchPrimitive.Root>
  )
}
