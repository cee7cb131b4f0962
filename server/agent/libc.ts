/**
 * The few calls that Bun has no API for. Loading them costs 0.7 ms, so nothing before `ready` may touch this file's
 * function; the import of bun:ffi is inside it for the same reason.
 */
export function libc(): Libc {
  loaded ??= load()
  return loaded
}

type Libc = ReturnType<typeof load>
let loaded: Libc | undefined

function load() {
  const { dlopen, FFIType } = require('bun:ffi') as typeof import('bun:ffi')
  const { i32, u32, u64, ptr, cstring } = FFIType
  return dlopen('libc.so.6', {
    signal: { args: [i32, u64], returns: u64 },
    prctl: { args: [i32, u64, u64, u64, u64], returns: i32 },
    waitid: { args: [i32, u32, ptr, i32], returns: i32 },
    waitpid: { args: [i32, ptr, i32], returns: i32 },
    inotify_init1: { args: [i32], returns: i32 },
    inotify_add_watch: { args: [i32, cstring, u32], returns: i32 },
    inotify_rm_watch: { args: [i32, i32], returns: i32 },
    fcntl: { args: [i32, i32, i32], returns: i32 },
    read: { args: [i32, ptr, u64], returns: 'i64' },
    open: { args: [cstring, i32], returns: i32 },
    tcflow: { args: [i32, i32], returns: i32 },
    close: { args: [i32], returns: i32 },
  }).symbols
}
