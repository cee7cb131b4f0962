'use client'

import { useState } from 'react'
import { NewSandbox } from './new-sandbox'
import { SandboxList } from './sandbox-list'
import { SnapshotList } from './snapshot-list'

/** `from`: the snapshot that a new sandbox is to begin with; null where it is a template. */
export function Dashboard({ from }: { from: string | null }) {
  const [snapshotId, setSnapshotId] = useState(from)
  return (
    <>
      <NewSandbox snapshotId={snapshotId} onSnapshot={setSnapshotId} />
      <SandboxList />
      <SnapshotList chosenId={snapshotId} onChoose={setSnapshotId} />
    </>
  )
}
