import { settings } from '../server/settings'

/** Every setting as a file to copy to `.env`; `npm start -- --help` shows it too. */
export function envExample(): string {
  const entries = Object.entries(settings).map(([name, { meaning, fallback, fallbackText }]) =>
    fallbackText === undefined
      ? `# ${meaning}\n# ${name}=${fallback}`
      : `# ${meaning} Default: ${fallbackText}.\n# ${name}=`,
  )
  return `${entries.join('\n\n')}\n`
}

/** docs/settings.md. */
export function settingsPage(): string {
  const rows = Object.entries(settings).map(
    ([name, { meaning, fallback, fallbackText }]) =>
      `| \`${name}\` | ${escapeCell(meaning)} | ${fallbackText === undefined ? `\`${fallback}\`` : escapeCell(fallbackText)} |`,
  )
  return [
    '# Settings',
    '',
    'Settings are environment variables, or lines of a file named `.env` beside `package.json` (start from `.env.example`).',
    'The environment goes before the file, and `npm start -- --port N --host ADDRESS` before both. A setting that Sandlot',
    'does not know or cannot use is refused at the start, with its name and what it should be.',
    '',
    '| setting | meaning | default |',
    '|---|---|---|',
    ...rows,
    '',
    'This page and `.env.example` are written from `server/settings.ts` by `npm run settings`; a test compares them.',
    '',
  ].join('\n')
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
