import type { ReactNode } from 'react'

export function SideHeader({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="flex h-9 shrink-0 items-center gap-0.5 pr-2 pl-4 pointer-coarse:h-12">
      <h2 className="mr-auto text-12 font-semibold text-ink-2">{title}</h2>
      {children}
    </header>
  )
}
