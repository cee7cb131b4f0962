import type { Metadata } from 'next'
import { Workbench } from '@/components/workbench/workbench'

export const metadata: Metadata = { title: 'Workbench' }

/**
 * The same file for every sandbox: which one it is, the browser reads from its address. It is served at `/play/` of a
 * sandbox's own host, and at `/sandboxes/{id}/play/`.
 */
export default function PlayPage() {
  return <Workbench />
}
