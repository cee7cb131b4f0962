import type { SandboxRow, SandboxStore } from '@/lib/db/sandboxes'
import { SandboxError } from '@/lib/errors'

/** More are a loop that forgot to end; the owner's quota is the bound that is meant. */
const MAX_CHILDREN = 100

/** `too_many`; and `bad_request` for a child, since a family has two generations. */
export async function requireRoomForChild(store: SandboxStore, parent: SandboxRow): Promise<void> {
  if (parent.parent_id !== null)
    throw new SandboxError('bad_request', 'A child has no children. Make it a child of its main sandbox.')
  const children = await store.listChildren(parent.id)
  if (children.length >= MAX_CHILDREN)
    throw new SandboxError('too_many', `A sandbox may have ${MAX_CHILDREN} children. Delete some first.`)
}
