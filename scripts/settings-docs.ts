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
    'What a setting gives to a sandbox (memory, cores, processes, disk, open files, network, time to live) is both what it',
    'gets and the most that anyone may ask for when making one. `SANDLOT_MAX_SANDBOXES`, `SANDLOT_OWNER_MEMORY_MB` and',
    '`SANDLOT_OWNER_DISK_MB` bound what all sandboxes of one owner are allowed together; what they really use is less.',
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
