'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { AccountMenu } from './account-menu'
import { Mark } from './mark'
import { ThemeMenu } from './theme-menu'

const PAGES = [
  { href: '/', name: 'Sandboxes' },
  { href: '/keys', name: 'API keys' },
]

export function AppHeader({ email }: { email: string }) {
  const path = usePathname()
  return (
    <header className="sticky top-0 z-30 border-b bg-surface">
      <div className="flex h-14 items-center gap-3 px-4 sm:gap-6 sm:px-8">
        <Link href="/" aria-label="Sandlot, home" className="flex items-center gap-2 rounded-small">
          <Mark className="size-6" />
          <span className="hidden text-16 font-semibold sm:inline">Sandlot</span>
        </Link>
        <nav aria-label="Main" className="flex h-full gap-4 sm:gap-5">
          {PAGES.map((page) => (
            <Link
              key={page.href}
              href={page.href}
              aria-current={path === page.href ? 'page' : undefined}
              className="relative flex items-center rounded-small text-14 text-ink-2 transition-colors hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:font-semibold aria-[current=page]:text-ink after:absolute after:inset-x-0 after:bottom-0 after:h-0.5 aria-[current=page]:after:bg-accent"
            >
              {page.name}
            </Link>
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-1">
          <ThemeMenu />
          <AccountMenu email={email} />
        </div>
      </div>
    </header>
  )
}
