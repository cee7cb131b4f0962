import type { ReactNode } from 'react'
import { cn } from '@/components/ui/class-names'

/** A column's title; on a phone it is only said. */
export function Heading({ className = '', children }: { className?: string; children: ReactNode }) {
  return (
    <th scope="col" className={`h-8 px-4 font-semibold whitespace-nowrap ${className}`}>
      {children}
    </th>
  )
}

/** Cards have no columns: there it is a piece of its line. */
export function Cell({ className, children }: { className: string; children: ReactNode }) {
  return <td className={cn('px-4 max-sm:p-0 max-sm:text-13', className)}>{children}</td>
}
