import { afterAll, beforeAll } from 'vitest'
import type { SandboxSpec } from '../provider'
import { runIn } from './agent-call'
import { type Kind, newSpec, type ProviderUnderTest } from './provider-under-test'

const notYet = (): never => {
  throw new Error('Nothing is open before the tests begin')
}

/** Opens a provider for the tests of one file and makes a sandbox; what it gives does what hostile code inside would do. */
export function holdCaptive(open: Kind['open'], changes: Partial<SandboxSpec> = {}) {
  let opened: ProviderUnderTest | undefined
  let first: SandboxSpec | undefined
  const tested = () => opened ?? notYet()
  const spec = () => first ?? notYet()
  const made = async (others: Partial<SandboxSpec> = {}) => {
    const one = newSpec(others)
    await tested().provider.create(one)
    return one
  }
  const run = (command: string, target = spec()) => runIn(tested().provider, target, command)
  const python = (code: string, target = spec()) => run(`python3 - <<'END'\n${code}\nEND`, target)

  beforeAll(async () => {
    opened = await open()
    first = await made(changes)
  })
  afterAll(() => opened?.dispose())
  return { tested, spec, made, run, python }
}
