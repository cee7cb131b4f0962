'use client'

import { ScrollArea as ScrollAreaPrimitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './class-names'

export function ScrollArea({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <ScrollAreaPrimitive.Root className={cn('overflow-hidden', className)}>
      <ScrollAreaPrimitive.Viewport className="size-full">{children}</ScrollAreaPrimitive.Viewport>
      <Bar orientation="vertical" />
      <Bar orientation="horizontal" />
      <ScrollAreaPrimitive.Corner />
    </ScrollAreaPrimitive.Root>
  )
}

function Bar({ orientation }: { orientation: 'vertical' | 'horizontal' }) {
  return (
    <ScrollAreaPrimitive.Scrollbar
      orientation={orientation}
      className={cn('flex touch-none p-0.5 select-none', orientation === 'vertical' ? 'w-2' : 'h-2 flex-col')}
    >
      <ScrollAreaPrimitive.Thumb className="flex-1 rounded-full bg-line-strong hover:bg-ink-3" />
    </ScrollAreaPrimitive.Scrollbar>
  )
}
