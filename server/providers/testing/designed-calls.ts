/** What the design forbids by name, so that a line lost from the filter's own lists is missed. */
export const DESIGNED_FORBIDDEN = [
  ...['mount', 'umount2', 'pivot_root', 'move_mount', 'open_tree', 'fsopen', 'fsconfig', 'fsmount', 'fspick'],
  ...['mount_setattr', 'setns', 'unshare', 'bpf', 'perf_event_open', 'add_key', 'request_key', 'keyctl'],
  'userfaultfd',
]
export const DESIGNED_ABSENT = ['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register']
