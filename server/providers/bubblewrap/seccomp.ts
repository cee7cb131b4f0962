import { SandboxError } from '@/lib/errors'
import {
  ABSENT,
  CLONE,
  FORBIDDEN,
  IOCTL,
  NEW_NAMESPACE_FLAGS,
  TIOCLINUX,
  TIOCSTI,
  UNSUPPORTED,
} from './seccomp-syscalls'

export type Architecture = 'x64' | 'arm64'

/** One instruction of classic BPF: struct sock_filter. */
export interface Instruction {
  code: number
  jumpTrue: number
  jumpFalse: number
  value: number
}

// linux/bpf_common.h
const LOAD_WORD = 0x20
const JUMP_EQUAL = 0x15
const JUMP_AT_LEAST = 0x35
const JUMP_ANY_BIT = 0x45
const RETURN = 0x06

// struct seccomp_data; both architectures are little-endian, so the low word of an argument comes first.
const OFFSET_NUMBER = 0
const OFFSET_ARCHITECTURE = 4
const OFFSET_FIRST_ARGUMENT = 16
const OFFSET_SECOND_ARGUMENT = 24

export const ALLOW = 0x7fff0000
export const KILL = 0x80000000
export const EPERM = 0x00050001
export const ENOSYS = 0x00050026
export const EOPNOTSUPP = 0x0005005f

const AUDIT: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 }
/** x32 calls carry this bit under the audit number of x86_64. */
const X32_BIT = 0x40000000

export function seccompArchitecture(): Architecture {
  if (process.arch === 'x64' || process.arch === 'arm64') return process.arch
  throw new SandboxError(
    'unsupported',
    `Sandboxes need an x86_64 or aarch64 processor; this is ${process.arch}.`,
  )
}

/** The filter of every sandbox, as the bytes that `bwrap --seccomp` reads. */
export function seccompProgram(architecture: Architecture): Buffer {
  const program = seccompInstructions(architecture)
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(({ code, jumpTrue, jumpFalse, value }, index) => {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(jumpTrue, index * 8 + 2)
    bytes.writeUInt8(jumpFalse, index * 8 + 3)
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4)
  })
  return bytes
}

export function seccompInstructions(architecture: Architecture): Instruction[] {
  const column = architecture === 'x64' ? 0 : 1
  const numbers = (calls: Record<string, readonly [number | null, number | null]>) =>
    Object.values(calls).flatMap((pair) => pair[column] ?? [])
  return [
    load(OFFSET_ARCHITECTURE),
    jump(JUMP_EQUAL, AUDIT[architecture], 1, 0),
    returning(KILL),
    load(OFFSET_NUMBER),
    ...(architecture === 'x64' ? [jump(JUMP_AT_LEAST, X32_BIT, 0, 1), returning(KILL)] : []),
    ...numbers(FORBIDDEN).flatMap((number) => [jump(JUMP_EQUAL, number, 0, 1), returning(EPERM)]),
    ...numbers(ABSENT).flatMap((number) => [jump(JUMP_EQUAL, number, 0, 1), returning(ENOSYS)]),
    ...numbers(UNSUPPORTED).flatMap((number) => [jump(JUMP_EQUAL, number, 0, 1), returning(EOPNOTSUPP)]),
    ...cloneRule(CLONE[column]),
    ...ioctlRule(IOCTL[column]),
    returning(ALLOW),
  ]
}

function cloneRule(number: number | null): Instruction[] {
  return [
    jump(JUMP_EQUAL, number ?? 0, 0, 4),
    load(OFFSET_FIRST_ARGUMENT),
    jump(JUMP_ANY_BIT, NEW_NAMESPACE_FLAGS, 0, 1),
    returning(EPERM),
    returning(ALLOW),
  ]
}

function ioctlRule(number: number | null): Instruction[] {
  return [
    jump(JUMP_EQUAL, number ?? 0, 0, 5),
    load(OFFSET_SECOND_ARGUMENT),
    jump(JUMP_EQUAL, TIOCSTI, 1, 0),
    jump(JUMP_EQUAL, TIOCLINUX, 0, 1),
    returning(EPERM),
    returning(ALLOW),
  ]
}

function load(offset: number): Instruction {
  return { code: LOAD_WORD, jumpTrue: 0, jumpFalse: 0, value: offset }
}

function jump(code: number, value: number, jumpTrue: number, jumpFalse: number): Instruction {
  return { code, jumpTrue, jumpFalse, value }
}

function returning(value: number): Instruction {
  return { code: RETURN, jumpTrue: 0, jumpFalse: 0, value }
}
