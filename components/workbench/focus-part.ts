/** What holds the parts that keys lead to. */
const PARTS = { files: 'section[aria-label="Files"]', terminal: '.xterm' } as const

/** What takes the focus there: the first of each list that is on the page. */
const TARGETS = {
  // Where there is no file there is no tree.
  files: [`${PARTS.files} [role="tree"]`, `${PARTS.files} button`],
  // The terminal keeps Tab for the shell; from its tab Tab goes on. A phone has no tabs of panels.
  terminalTab: ['Panels', 'Terminals'].map(
    (list) => `[aria-label="${list}"] [role="tab"][aria-selected="true"]`,
  ),
} as const

export function hasFocus(part: keyof typeof PARTS): boolean {
  return document.activeElement?.closest(PARTS[part]) != null
}

/** Moves the focus, once what was just asked to be shown is drawn. */
export function focusPart(target: keyof typeof TARGETS): void {
  requestAnimationFrame(() => {
    const found = TARGETS[target].map((selector) => document.querySelector<HTMLElement>(selector))
    found.find((element) => element !== null)?.focus()
  })
}
