import type { Metadata } from 'next'
import { Dashboard } from '@/components/dashboard/dashboard'

export const metadata: Metadata = { title: 'Sandboxes' }

/** `?from=`: the snapshot that a new sandbox is to begin with. */
type Search = Promise<{ from?: string | string[] }>

export default async function DashboardPage({ searchParams }: { searchParams: Search }) {
  const { from } = await searchParams
  return <Dashboard from={typeof from === 'string' ? from : null} />
}
