import type { ReactNode } from 'react'
import { AppHeader } from '@/components/shell/app-header'
import { requireUser } from '@/lib/auth/session'

export default async function AppLayout({ children }: { children: ReactNode }) {
  const user = await requireUser()
  return (
    <>
      <AppHeader email={user.email} />
      <main className="mx-auto w-full max-w-[1040px] px-4 py-6 sm:px-8 sm:py-8">{children}</main>
    </>
  )
}
