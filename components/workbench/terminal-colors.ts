import { readColor, readColorWithAlpha } from './theme-colors'

/** How matches are marked. */
export function findColors() {
  return {
    matchBackground: readColor('--accent-soft'),
    matchBorder: readColor('--accent'),
    matchOverviewRuler: readColor('--accent'),
    activeMatchBackground: readColor('--accent'),
    activeMatchColorOverviewRuler: readColor('--accent'),
  }
}

/** xterm's theme, from the tokens of the current theme. */
export function readTerminalTheme() {
  const colors = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const
  const named = Object.fromEntries(colors.map((name) => [name, readColor(`--term-${name}`)]))
  const bright = Object.fromEntries(
    colors.map((name) => [`bright${name[0]?.toUpperCase()}${name.slice(1)}`, readColor(`--term-${name}`)]),
  )
  return {
    ...named,
    ...bright,
    background: readColor('--term-bg'),
    foreground: readColor('--term-text'),
    cursor: readColor('--accent'),
    cursorAccent: readColor('--term-bg'),
    selectionBackground: readColorWithAlpha('--accent', 0.28),
    black: readColor('--term-gray'),
    brightBlack: readColor('--term-gray'),
    white: readColor('--text-2'),
    brightWhite: readColor('--text'),
  }
}
