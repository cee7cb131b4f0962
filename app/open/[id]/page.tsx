import type { Metadata } from 'next'
import { OpeningSandbox } from '@/components/dashboard/opening-sandbox'
import { requireUser } from '@/lib/auth/session'

export const metadata: Metadata = { title: 'Opening' }

/** A lasting address of a sandbox, to bookmark or to open in a new tab: it goes on to the workbench. */
export default async function OpenPage({ params }: { params: Promise<{ id: string }> }) {
  await requireUser()
  const { id } = await params
  return <OpeningSandbox id={id} />
}
