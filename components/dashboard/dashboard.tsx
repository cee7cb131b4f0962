'use client'

import { NewSandbox } from './new-sandbox'
import { SandboxList } from './sandbox-list'

export function Dashboard() {
  return (
    <>
      <NewSandbox />
      <SandboxList />
    </>
  )
}
