/** Keys as people of this machine read them. */
const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

export const keys = {
  files: isMac ? '⌘P' : 'Ctrl+P',
  commands: 'F1',
  save: isMac ? '⌘S' : 'Ctrl+S',
  terminal: 'Ctrl+`',
  sideBar: isMac ? '⌘B' : 'Ctrl+B',
  search: isMac ? '⇧⌘F' : 'Ctrl+Shift+F',
  explorer: isMac ? '⇧⌘E' : 'Ctrl+Shift+E',
  panel: isMac ? '⌘J' : 'Ctrl+J',
  /** The browser keeps Ctrl+W for itself. */
  closeTab: 'Alt+W',
  copyTerminal: 'Ctrl+Shift+C',
  pasteTerminal: 'Ctrl+Shift+V',
  rename: 'F2',
  remove: 'Del',
}

/** Whether the key that stands for commands on this machine is held: ⌘ or Ctrl. */
export function hasCommandKey(event: KeyboardEvent): boolean {
  return isMac ? event.metaKey : event.ctrlKey
}
