import type { Metadata } from 'next'
import { ApiKeys } from '@/components/keys/api-keys'

export const metadata: Metadata = { title: 'API keys' }

export default function KeysPage() {
  return <ApiKeys apiUrl={process.env.SANDLOT_URL ?? ''} />
}
