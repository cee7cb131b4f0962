import { z } from 'zod'

/**
 * What Sandlot adds to ComputeSDK's daemon API on a sandbox's own address (host form `http://{id}.localhost:3000`, path
 * form `…/sandboxes/{id}`), and what the workbench uses of ComputeSDK's. Credentials: the sandbox's cookie, or
 * `Authorization: Bearer`, or `?token=` on a WebSocket; a cookie-authenticated write or upgrade needs our own Origin.
 * Refusals: the status, and `{ error, code }`: a sentence, and a code of `lib/errors`.
 *
 * | call | request | answer |
 * |---|---|---|
 * | GET /sandbox | | SandboxInfo |
 * | POST /sandbox/start, /sandbox/stop | | SandboxInfo; role own |
 * | DELETE /sandbox | | 204: ends it; role own |
 * | /sandbox/snapshots, POST /sandbox/restore | `lib/protocol/snapshots.ts` | |
 * | GET /files?path=, POST /files, GET/HEAD/DELETE /files/{path}, POST /files/batch | ComputeSDK, 4.4 | FileInfo in it has our additions |
 * | GET /raw/{path} | Range, If-None-Match | bytes as attachment, ETag |
 * | PUT /raw/{path} | body: bytes; If-Match, If-None-Match: * | FileInfo; 412 `precondition_failed` when the etag is stale |
 * | GET /names?path | | DirectoryNames: direct children as a tree shows them, in no order; `path` is the sandbox's directory unless told |
 * | GET /tree?path&ignore&limit | `ignore` repeatable | TreeListing, everything below |
 * | POST /directories | { path } | FileInfo |
 * | POST /move, /copy | MoveBody | FileInfo |
 * | GET /search/names?query&path&ignore&limit | | NameMatches |
 * | GET /search/text?query&path&regex&case&ignore&limit | | TextMatches |
 * | GET /processes | | ProcessList: all that runs in the sandbox |
 * | POST /processes/{pid}/signal | { signal } | 204 |
 * | GET /ports | | PortList |
 * | POST /ports/{port}/open | | OpenedPort: an address for an iframe or a tab, good for one entry within a minute |
 * | POST /terminals | TerminalCreateBody | 201 { message, data: Terminal }, ComputeSDK 4.3 with `size`, `title`, `cwd` added |
 * | GET /terminals, GET/DELETE /terminals/{id} | ComputeSDK, 4.3 | |
 * | WS /terminals/{id}/stream?offset&role | the agent's terminal stream, unparsed (`server/agent-contract.ts`) | |
 * | WS /events?path&ignore | | WorkbenchEvent as text |
 */
export const FileInfo = z.object({
  name: z.string(),
  path: z.string(),
  size: z.number(),
  is_dir: z.boolean(),
  modified_at: z.string(),
  is_symlink: z.boolean().optional(),
  mode: z.number().optional(),
  etag: z.string().optional(),
})
export type FileInfo = z.infer<typeof FileInfo>

export const TreeListing = z.object({ path: z.string(), files: z.array(FileInfo), is_truncated: z.boolean() })
export type TreeListing = z.infer<typeof TreeListing>

/** Each name once: in `directories`, links to such included, or in `files`; what is a link is in `links` besides. */
export const DirectoryNames = z.object({
  path: z.string(),
  directories: z.array(z.string()),
  files: z.array(z.string()),
  links: z.array(z.string()),
  is_truncated: z.boolean(),
})
export type DirectoryNames = z.infer<typeof DirectoryNames>

export const MoveBody = z.object({ from: z.string(), to: z.string(), overwrite: z.boolean().optional() })

export const NameMatches = z.object({ paths: z.array(z.string()), is_truncated: z.boolean() })
export type NameMatches = z.infer<typeof NameMatches>
export const TextMatches = z.object({
  matches: z.array(
    z.object({
      path: z.string(),
      line: z.number(),
      column: z.number(),
      end_column: z.number(),
      text: z.string(),
    }),
  ),
  is_truncated: z.boolean(),
})
export type TextMatches = z.infer<typeof TextMatches>

export const SandboxInfo = z.object({
  id: z.string(),
  name: z.string(),
  /** Where it runs. */
  provider: z.string(),
  /** What its template is for; node where it has none or one for nothing in particular. */
  runtime: z.enum(['node', 'python', 'deno', 'bun']),
  /** What it was created with; for role own alone, since a program may keep there what is nobody else's business. */
  metadata: z.record(z.string(), z.unknown()).optional(),
  template: z.object({ id: z.string(), name: z.string() }).nullable(),
  status: z.enum(['starting', 'running', 'stopped', 'failed']),
  status_reason: z.string().nullable(),
  role: z.enum(['view', 'edit', 'own']),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  /** Where commands and terminals start; the root of the workbench's tree. */
  directory: z.string(),
  egress: z.enum(['none', 'all']),
  limits: z.object({
    memory_bytes: z.number().nullable(),
    cpus: z.number().nullable(),
    processes: z.number().nullable(),
    disk_bytes: z.number().nullable(),
  }),
  /** Limits that this machine does not enforce, with the reason. */
  unenforced: z.record(z.string(), z.string()),
  /** Where the app is, for the way back. */
  app_url: z.string(),
  /** A command that the template suggests for its dev server. */
  start_command: z.string().nullable(),
  /** File to show first, absolute. */
  open_file: z.string().nullable(),
})
export type SandboxInfo = z.infer<typeof SandboxInfo>

export const ProcessInfo = z.object({
  pid: z.number(),
  parent_pid: z.number(),
  name: z.string(),
  command: z.string(),
  state: z.string(),
  cpu_percent: z.number(),
  memory_bytes: z.number(),
  started_at: z.string(),
  terminal_id: z.string().optional(),
})
export type ProcessInfo = z.infer<typeof ProcessInfo>
export const ProcessList = z.object({ processes: z.array(ProcessInfo) })

export const SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGKILL',
  'SIGUSR1',
  'SIGUSR2',
  'SIGTERM',
  'SIGCONT',
  'SIGSTOP',
] as const
export const SignalBody = z.object({ signal: z.enum(SIGNALS) })
export type SignalName = (typeof SIGNALS)[number]

export const PortInfo = z.object({
  port: z.number(),
  address: z.string(),
  pid: z.number().nullable(),
  process_name: z.string().nullable(),
})
export type PortInfo = z.infer<typeof PortInfo>
export const PortList = z.object({ ports: z.array(PortInfo) })
export const OpenedPort = z.object({
  /** Sets the preview's cookie on its own host and goes on to `/`. */
  url: z.string(),
  /** The preview's own address, to show. */
  origin: z.string(),
})
export type OpenedPort = z.infer<typeof OpenedPort>

export const TerminalCreateBody = z.object({
  pty: z.boolean().optional(),
  shell: z.string().max(1024).optional(),
  encoding: z.enum(['raw', 'base64']).optional(),
  command: z.string().max(65_536).optional(),
  cwd: z.string().max(4096).optional(),
  cols: z.number().int().optional(),
  rows: z.number().int().optional(),
  title: z.string().max(128).optional(),
})
export type TerminalCreateBody = z.infer<typeof TerminalCreateBody>
export const Terminal = z.object({
  id: z.string(),
  pty: z.boolean(),
  status: z.enum(['running', 'active', 'ready', 'stopped']),
  channel: z.string().optional(),
  ws_url: z.string().optional(),
  encoding: z.enum(['raw', 'base64']).optional(),
  title: z.string().optional(),
  size: z.object({ cols: z.number(), rows: z.number() }).optional(),
  exit_code: z.number().nullable().optional(),
})
export type Terminal = z.infer<typeof Terminal>

/** Said on `WS /events`; the first three at once, then at each change. */
export const WorkbenchEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('sandbox'), sandbox: SandboxInfo }),
  z.object({ type: z.literal('ports'), ports: z.array(PortInfo) }),
  /** The watch stands. */
  z.object({ type: z.literal('watching'), path: z.string() }),
  z.object({
    type: z.literal('files'),
    events: z.array(
      z.object({ event: z.enum(['add', 'change', 'unlink', 'addDir', 'unlinkDir']), path: z.string() }),
    ),
  }),
  /** Changes were lost below this path: look again. */
  z.object({ type: z.literal('resync'), path: z.string() }),
  /** About every two seconds while it changes. */
  z.object({
    type: z.literal('usage'),
    cpu_percent: z.number().nullable(),
    memory_bytes: z.number().nullable(),
    disk_bytes: z.number().nullable(),
    processes: z.number().nullable(),
  }),
  /** A sentence to show, such as that the disk is full and writers are paused. */
  z.object({ type: z.literal('notice'), level: z.enum(['info', 'warning', 'error']), message: z.string() }),
])
export type WorkbenchEvent = z.infer<typeof WorkbenchEvent>
