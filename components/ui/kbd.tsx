import type { ReactNode } from 'react'

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="rounded-small border border-line-strong bg-sunken px-1 font-ui text-11 text-ink-2">
      {children}
    </kbd>
  )
}
