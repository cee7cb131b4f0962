/** Numbers on x86_64 and on aarch64; `null` where the architecture lacks the call. */
type Numbers = readonly [x86_64: number | null, aarch64: number | null]

/** Refused with EPERM: what changes mounts, namespaces, kernel state or keys, and what no program of a user needs. */
export const FORBIDDEN: Record<string, Numbers> = {
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  move_mount: [429, 429],
  open_tree: [428, 428],
  open_tree_attr: [467, 467],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  chroot: [161, 51],
  setns: [308, 268],
  unshare: [272, 97],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  userfaultfd: [323, 282],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  iopl: [172, null],
  ioperm: [173, null],
  syslog: [103, 116],
  vhangup: [153, 58],
  lookup_dcookie: [212, 18],
  uselib: [134, null],
  nfsservctl: [180, 42],
}

/**
 * Said not to exist, so that programs fall back: seccomp cannot look at the flags of clone3, and io_uring does work that
 * no filter sees.
 */
export const ABSENT: Record<string, Numbers> = {
  clone3: [435, 435],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
}

/**
 * Said to be nothing that this disk can, so that programs write instead, as fast as the disk takes it: room claimed by a
 * call takes no time, and a hundred gigabytes would be gone between two looks at the disk.
 */
export const UNSUPPORTED: Record<string, Numbers> = {
  fallocate: [285, 47],
}

/** Looked at by argument. */
export const CLONE: Numbers = [56, 220]
export const IOCTL: Numbers = [16, 29]

/** CLONE_NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET | NEWNS; the low byte of clone is a signal. */
export const NEW_NAMESPACE_FLAGS = 0x7e020000
/** Put bytes into another's terminal input. */
export const TIOCSTI = 0x5412
export const TIOCLINUX = 0x541c
