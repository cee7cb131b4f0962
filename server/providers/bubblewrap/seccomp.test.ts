import { describe, expect, it } from 'vitest'
import { DESIGNED_ABSENT, DESIGNED_FORBIDDEN } from '../testing/designed-calls'
import {
  ALLOW,
  type Architecture,
  ENOSYS,
  EOPNOTSUPP,
  EPERM,
  type Instruction,
  KILL,
  seccompInstructions,
  seccompProgram,
} from './seccomp'
import { ABSENT, FORBIDDEN, NEW_NAMESPACE_FLAGS, TIOCLINUX, TIOCSTI, UNSUPPORTED } from './seccomp-syscalls'

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 }
const AUDIT_I386 = 0x40000003
const CALLS = {
  x64: { read: 0, clone: 56, ioctl: 16, execve: 59, ptrace: 101 },
  arm64: { read: 63, clone: 220, ioctl: 29, execve: 221, ptrace: 117 },
}

describe.each(['x64', 'arm64'] as const)('the filter of %s', (architecture) => {
  const calls = CALLS[architecture]
  const verdict = (number: number, args: number[] = []) => decide(architecture, number, args)

  it('lets ordinary calls through', () => {
    for (const number of [calls.read, calls.execve, calls.ptrace]) expect(verdict(number)).toBe(ALLOW)
  })

  it('refuses each forbidden call and knows nothing of each absent one', () => {
    expect(Object.keys(FORBIDDEN)).toEqual(expect.arrayContaining(DESIGNED_FORBIDDEN))
    expect(Object.keys(ABSENT)).toEqual(expect.arrayContaining(DESIGNED_ABSENT))
    const column = architecture === 'x64' ? 0 : 1
    for (const [name, pair] of Object.entries(FORBIDDEN)) {
      const number = pair[column]
      if (number !== null) expect(verdict(number), name).toBe(EPERM)
    }
    for (const [name, pair] of Object.entries(ABSENT)) expect(verdict(pair[column] ?? -1), name).toBe(ENOSYS)
    expect(verdict(UNSUPPORTED.fallocate?.[column] ?? -1)).toBe(EOPNOTSUPP)
  })

  it('lets clone make threads and processes, but no namespaces', () => {
    const SIGCHLD = 17
    const THREAD = 0x3d0f00
    for (const flags of [SIGCHLD, THREAD, 0x4111]) expect(verdict(calls.clone, [flags])).toBe(ALLOW)
    for (let bit = 1; bit < 2 ** 31; bit *= 2) {
      const expected = (bit & NEW_NAMESPACE_FLAGS) === 0 ? ALLOW : EPERM
      expect(verdict(calls.clone, [bit | SIGCHLD])).toBe(expected)
    }
  })

  it('keeps terminals from being typed into, whatever the upper half of the argument holds', () => {
    for (const request of [TIOCSTI, TIOCLINUX]) {
      expect(verdict(calls.ioctl, [0, request])).toBe(EPERM)
      expect(verdict(calls.ioctl, [0, request + 7 * 2 ** 32])).toBe(EPERM)
    }
    expect(verdict(calls.ioctl, [0, 0x5413])).toBe(ALLOW)
  })

  it('kills calls of other architectures', () => {
    const other = architecture === 'x64' ? AUDIT.arm64 : AUDIT.x64
    expect(run(seccompInstructions(architecture), data(AUDIT_I386, calls.read))).toBe(KILL)
    expect(run(seccompInstructions(architecture), data(other, calls.read))).toBe(KILL)
  })

  it('is written as the kernel reads it', () => {
    const instructions = seccompInstructions(architecture)
    const bytes = seccompProgram(architecture)
    expect(bytes.length).toBe(instructions.length * 8)
    expect(instructions.length).toBeLessThan(4096)
    expect([...bytes.subarray(0, 8)]).toEqual([0x20, 0, 0, 0, 4, 0, 0, 0])
  })
})

it('kills x32 calls', () => {
  expect(decide('x64', 0x40000000 + 1, [])).toBe(KILL)
})

function decide(architecture: Architecture, number: number, args: number[]): number {
  return run(seccompInstructions(architecture), data(AUDIT[architecture], number, args))
}

/** struct seccomp_data. */
function data(audit: number, number: number, args: number[] = []): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.writeUInt32LE(number, 0)
  bytes.writeUInt32LE(audit, 4)
  for (const [index, value] of args.entries()) bytes.writeBigUInt64LE(BigInt(value), 16 + index * 8)
  return bytes
}

/** The part of classic BPF that filters use. */
function run(program: Instruction[], input: Buffer): number {
  let accumulator = 0
  for (let at = 0; ; at++) {
    const { code, jumpTrue, jumpFalse, value } = program[at] ?? expect.fail(`ran over the end at ${at}`)
    const holds: Record<number, boolean> = {
      21: accumulator === value,
      53: accumulator >= value,
      69: (accumulator & value) !== 0,
    }
    if (code === 0x20) accumulator = input.readUInt32LE(value)
    else if (code === 0x06) return value
    else at += holds[code] ? jumpTrue : jumpFalse
  }
}
