import { isEnvName, parseEnvFile, updateEnvFile } from '@/lib/env-file'
import { type ManagedServer, ServerStartBody } from '@/lib/protocol/servers'

/** What the form of a server holds: text, as it is typed. */
export type ServerDraft = {
  slug: string
  start: string
  port: string
  install: string
  path: string
  /** Lines of `NAME=value`, read like a `.env` file. */
  environment: string
  envFile: string
  autostart: boolean
  restartPolicy: 'never' | 'on-failure' | 'always'
  /** Empty: without a limit. */
  maxRestarts: string
  /** Empty: no check. */
  healthPath: string
  healthSeconds: string
}
export type ServerField = keyof ServerDraft

const NANOSECONDS_PER_MS = 1_000_000

export const NEW_SERVER: ServerDraft = {
  slug: '',
  start: '',
  port: '',
  install: '',
  path: '',
  environment: '',
  envFile: '',
  autostart: true,
  restartPolicy: 'on-failure',
  maxRestarts: '3',
  healthPath: '',
  healthSeconds: '2',
}

/** Those that an install command begins with. */
const INSTALLERS = /^(npm|pnpm|yarn|bun|pip3?|uv|poetry|bundle|composer)\b/

/** A server for the command that a template suggests: what installs is done once, not at every start. */
export function draftFor(startCommand: string, slugsInUse: readonly string[]): ServerDraft {
  const [first = '', ...rest] = startCommand.split(' && ')
  const installs = rest.length > 0 && INSTALLERS.test(first)
  return {
    ...NEW_SERVER,
    slug: freeSlug('web', slugsInUse),
    start: installs ? rest.join(' && ') : startCommand,
    install: installs ? first : '',
  }
}

function freeSlug(wanted: string, inUse: readonly string[]): string {
  let slug = wanted
  for (let number = 2; inUse.includes(slug); number++) slug = `${wanted}-${number}`
  return slug
}

/** A server as its form shows it. */
export function draftOf(server: ManagedServer): ServerDraft {
  const { environment = {}, health_check } = server
  const shown = Object.entries(environment).filter(([name]) => isEnvName(name))
  return {
    slug: server.slug,
    start: server.start,
    port: server.asked_port === undefined ? '' : String(server.asked_port),
    install: server.install ?? '',
    path: server.original_path ?? '',
    environment: updateEnvFile('', Object.fromEntries(shown)).trimEnd(),
    envFile: server.env_file ?? '',
    autostart: server.autostart,
    restartPolicy: server.restart_policy,
    maxRestarts: server.max_restarts === 0 ? '' : String(server.max_restarts),
    healthPath: health_check?.path ?? '',
    healthSeconds: String((health_check?.interval_ms ?? 2000) / 1000),
  }
}

export type DraftProblems = Partial<Record<ServerField, string>>
export type ReadDraft = { body: ServerStartBody; problems: null } | { body: null; problems: DraftProblems }

/** The draft as a definition, or what is wrong with it, by field. What the form does not show stays as `edited` has it. */
export function readDraft(draft: ServerDraft, edited: ManagedServer | null): ReadDraft {
  const problems = ownProblems(draft)
  const parsed = ServerStartBody.safeParse(bodyOf(draft, edited))
  for (const issue of parsed.error?.issues ?? []) {
    const field = FIELDS[issue.path.slice(0, 2).join('.')] ?? FIELDS[String(issue.path[0])]
    if (field) problems[field] ??= sentenceOf(issue.message)
  }
  if (parsed.success && Object.keys(problems).length === 0) return { body: parsed.data, problems: null }
  return { body: null, problems }
}

const FIELDS: Record<string, ServerField> = {
  slug: 'slug',
  start: 'start',
  port: 'port',
  install: 'install',
  path: 'path',
  environment: 'environment',
  env_file: 'envFile',
  max_restarts: 'maxRestarts',
  'health_check.path': 'healthPath',
  'health_check.interval_ms': 'healthSeconds',
}

function ownProblems(draft: ServerDraft): DraftProblems {
  const problems: DraftProblems = {}
  if (draft.slug.trim() === '') problems.slug = 'Give it a name.'
  if (draft.start.trim() === '') problems.start = 'Say which command starts it.'
  const line = lineThatIsNoVariable(draft.environment)
  if (line !== null) problems.environment = `Line ${line} is not of the form NAME=value.`
  if (draft.maxRestarts.trim() !== '' && !/^[1-9]\d{0,5}$/.test(draft.maxRestarts.trim())) {
    problems.maxRestarts = 'Must be a whole number from 1, or empty for no limit.'
  }
  if (draft.healthPath.trim() !== '' && !(Number(draft.healthSeconds) >= 0.1)) {
    problems.healthSeconds = 'Must be 0.1 seconds or more.'
  }
  return problems
}

/** A reader of `.env` files passes over such lines; in a form they are mistakes. In quotes a line may be anything. */
function lineThatIsNoVariable(text: string): number | null {
  if (/['"`]/.test(text)) return null
  const isFine = (line: string) => /^\s*(#.*)?$/.test(line) || Object.keys(parseEnvFile(line)).length === 1
  const index = text.split('\n').findIndex((line) => !isFine(line))
  return index === -1 ? null : index + 1
}

/** Not yet checked. */
function bodyOf(draft: ServerDraft, edited: ManagedServer | null): Record<string, unknown> {
  const { healthPath, healthSeconds } = draft
  const kept = edited?.health_check
  return {
    ...keptOf(edited),
    slug: draft.slug.trim(),
    start: draft.start.trim(),
    autostart: draft.autostart,
    restart_policy: draft.restartPolicy,
    ...filled('port', draft.port, Number),
    ...filled('install', draft.install),
    ...filled('path', draft.path),
    ...filled('env_file', draft.envFile),
    ...filled('max_restarts', draft.maxRestarts, Number),
    environment: { ...hiddenVariables(edited), ...parseEnvFile(draft.environment) },
    ...filled('health_check', healthPath, (path) => ({
      path,
      interval_ms: Math.round(Number(healthSeconds) * 1000),
      timeout_ms: kept?.timeout_ms,
      // As soon as it listens: a check that comes too early does no harm, it is made again.
      delay_ms: kept?.delay_ms ?? 0,
    })),
  }
}

function filled(name: string, text: string, read: (text: string) => unknown = String): object {
  const value = text.trim()
  return value === '' ? {} : { [name]: read(value) }
}

function keptOf(edited: ManagedServer | null): object {
  if (!edited) return {}
  return {
    strict_port: edited.strict_port,
    depends_on: edited.depends_on,
    restart_delay_ms: Math.round(edited.restart_delay / NANOSECONDS_PER_MS),
    stop_timeout_ms: Math.round(edited.stop_timeout / NANOSECONDS_PER_MS),
  }
}

/** Those whose names no line of the form can hold. */
function hiddenVariables(edited: ManagedServer | null): Record<string, string> {
  const all = Object.entries(edited?.environment ?? {})
  return Object.fromEntries(all.filter(([name]) => !isEnvName(name)))
}

function sentenceOf(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.?$/, '.')}`
}
