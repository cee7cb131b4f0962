import * as z from 'zod/mini'

/**
 * The line between two programs: what the control plane asks of the agent inside a sandbox, and what it answers.
 *
 * Transport: one stream (a Unix socket under the embedded provider), on it plain HTTP/1.1 and WebSockets. Every request
 * carries `Authorization: Bearer <secret>`; without it the answer is 401 and nothing else is read. The agent reads its
 * secret from its standard input at the start, up to the end of file.
 *
 * Errors: a status of `lib/errors` and `{ code, message }` (AgentError). Paths are absolute, in the query `path`.
 * The agent is untrusted: whoever calls it parses every answer with these schemas and bounds its size and time.
 * zod/mini, because the agent's start-up time and memory are paid once per sandbox.
 *
 * | call | request | answer |
 * |---|---|---|
 * | GET /health | | Health |
 * | POST /configure | Configuration | 204; directory made, environment of all later processes and terminals |
 * | GET /files/stat?path | | FileEntry |
 * | GET /files/list?path&limit | | Listing: direct children |
 * | GET /files/names?path | | Names: direct children as a tree shows them, in no order |
 * | GET /files/tree?path&ignore&limit | `ignore` repeatable glob | Listing: all below, parents before children |
 * | GET /files/content?path | Range, If-None-Match | bytes, ETag, Content-Length, Last-Modified; 206, 304, 416 |
 * | PUT /files/content?path | body: bytes; If-Match, If-None-Match: * | FileEntry; atomic; parents are made; 412 |
 * | DELETE /files?path | | 204; directories with all below |
 * | POST /files/directory | PathBody | FileEntry; parents are made; an existing directory is fine |
 * | POST /files/move, /files/copy | MoveBody | FileEntry of the target |
 * | POST /files/batch | BatchBody | BatchResults |
 * | GET /files/search/names?path&query&ignore&limit | | NameMatches |
 * | GET /files/search/text?path&query&regex&case&ignore&limit | | TextMatches |
 * | POST /processes/run | RunBody | RunResult; the group is ended when the caller hangs up |
 * | POST /processes | StartBody | 201 ProcessRecord |
 * | GET /processes, /processes/{id} | | ProcessRecords, ProcessRecord: those started by the call above |
 * | GET /processes/{id}/output?stream&offset&limit | stream: stdout, stderr, both | bytes; headers Sandlot-Offset, Sandlot-End |
 * | GET /processes/{id}/wait?timeoutMs | | ProcessRecord, ended; 408 |
 * | POST /processes/{id}/signal | SignalBody | 204; to the whole group |
 * | DELETE /processes/{id} | | 204; ends it, forgets its log |
 * | GET /system/processes | | SystemProcesses: all that runs in the sandbox |
 * | POST /system/processes/{pid}/signal | SignalBody | 204 |
 * | POST /terminals | TerminalBody | 201 TerminalInfo |
 * | GET /terminals, /terminals/{id} | | Terminals, TerminalInfo |
 * | DELETE /terminals/{id} | | 204; SIGHUP, then SIGKILL |
 * | GET /ports | | Ports |
 * | WS /processes/{id}/stream?offset&follow | ProcessStreamClientMessage as text | ProcessStreamMessage as text; after `output` its bytes as one binary frame |
 * | WS /terminals/{id}/stream?offset&from&role&locked | see TerminalServerMessage, TerminalClientMessage; `locked`: stays a reader | output bytes as binary |
 * | WS /watch?path&ignore&ignorePath&retell | any text: asks for one more `ready` | WatchMessage as text |
 * | WS /ports/events | | PortsMessage as text: at once, then at each change |
 * | WS /ports/{port}/stream | bytes as binary, PortStreamMessage as text | bytes as binary |
 */
export const AGENT_CONTRACT_VERSION = 1

/** Largest file body taken through /files/batch in one request, all files together. */
export const MAX_BATCH_BYTES = 64 * 1024 * 1024
/** Entries in a listing unless asked for fewer; beyond it `isTruncated`. */
export const MAX_LISTING_ENTRIES = 200_000
/** Unacknowledged bytes after which a sender on a terminal or port stream stops. */
export const STREAM_WINDOW_BYTES = 1024 * 1024
/** What a terminal keeps of its output for viewers that come (back) later. */
export const TERMINAL_LOG_BYTES = 4 * 1024 * 1024
/** What a process keeps of its output, stdout and stderr together. */
export const PROCESS_LOG_BYTES = 8 * 1024 * 1024
/** Longest path, in bytes of UTF-8, as Linux has it, the closing NUL included. */
export const MAX_PATH_BYTES = 4096
/** Terminals and background processes that one agent keeps at once. */
export const MAX_TERMINALS = 64
export const MAX_PROCESSES = 256

const int = z.int()
const count = z.int().check(z.nonnegative())
const environment = z.record(z.string(), z.string())

export const AgentError = z.object({ code: z.string(), message: z.string() })

export const Health = z.object({ contractVersion: int, uptimeMs: z.number() })

export const Configuration = z.object({
  /** Where commands and terminals start when not told otherwise; made when missing. */
  directory: z.string(),
  environment,
})

export const FileEntry = z.object({
  name: z.string(),
  path: z.string(),
  /** What has bytes in its name that are not UTF-8 is `other` too: its path cannot be said, and calls refuse it. */
  type: z.enum(['file', 'directory', 'symlink', 'other']),
  /** For a symlink: what it leads to, `null` where that is missing. */
  targetType: z.optional(z.nullable(z.enum(['file', 'directory', 'other']))),
  sizeBytes: count,
  modifiedAtMs: z.number(),
  mode: count,
  /** Changes with every change of the content; for files only. Quoted, as in HTTP. */
  etag: z.optional(z.string()),
})
export const Listing = z.object({ path: z.string(), entries: z.array(FileEntry), isTruncated: z.boolean() })

/** Each name once: in `directories`, links to such included, or in `files`; what is a link is in `links` besides. */
export const Names = z.object({
  path: z.string(),
  directories: z.array(z.string()),
  files: z.array(z.string()),
  links: z.array(z.string()),
  isTruncated: z.boolean(),
})

export const PathBody = z.object({ path: z.string() })
export const MoveBody = z.object({ from: z.string(), to: z.string(), overwrite: z.optional(z.boolean()) })
export const BatchBody = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      operation: z.enum(['write', 'delete']),
      content: z.optional(z.string()),
      /** Of `content`; utf8 unless told. */
      encoding: z.optional(z.enum(['utf8', 'base64'])),
    }),
  ),
})
/** One result per path, ascending by path; the last operation of a path wins. */
export const BatchResults = z.object({
  results: z.array(
    z.object({ path: z.string(), entry: z.optional(FileEntry), error: z.optional(AgentError) }),
  ),
})
export const NameMatches = z.object({ paths: z.array(z.string()), isTruncated: z.boolean() })
export const TextMatches = z.object({
  matches: z.array(
    z.object({
      path: z.string(),
      line: int,
      /** First column of the match and the one after its last, counted from 1 in UTF-16 units of `text`. */
      column: int,
      endColumn: int,
      text: z.string(),
    }),
  ),
  isTruncated: z.boolean(),
})

const commandFields = {
  /** One shell string; run by `shell -c`. */
  command: z.string(),
  shell: z.optional(z.string()),
  cwd: z.optional(z.string()),
  environment: z.optional(environment),
}
export const RunBody = z.object({
  ...commandFields,
  stdin: z.optional(z.string()),
  timeoutMs: z.optional(count),
  /** Of each of the two outputs; what is beyond is dropped and counted as truncated. */
  maxOutputBytes: z.optional(count),
})
export const RunResult = z.object({
  exitCode: int,
  /** Name of the signal that ended it, such as SIGKILL; the exit code is then 128 + its number. */
  signal: z.nullable(z.string()),
  stdout: z.string(),
  stderr: z.string(),
  durationMs: z.number(),
  isTruncated: z.boolean(),
  didTimeOut: z.boolean(),
})
export const StartBody = z.object({
  ...commandFields,
  id: z.optional(z.string()),
  /** Of the exec terminal that it belongs to (`agent-contract/exec-terminals.ts`). */
  terminalId: z.optional(z.string()),
  /** Held to the pace of who follows its stream: no output is lost on a slow follower, and the program waits for it. */
  isPaced: z.optional(z.boolean()),
})
export const ProcessRecord = z.object({
  id: z.string(),
  command: z.string(),
  pid: int,
  status: z.enum(['running', 'exited']),
  exitCode: z.nullable(int),
  signal: z.nullable(z.string()),
  startedAtMs: z.number(),
  endedAtMs: z.nullable(z.number()),
  stdoutBytes: count,
  stderrBytes: count,
  terminalId: z.optional(z.string()),
})
export const ProcessRecords = z.object({ processes: z.array(ProcessRecord) })
export const SignalBody = z.object({
  signal: z.enum([
    'SIGHUP',
    'SIGINT',
    'SIGQUIT',
    'SIGKILL',
    'SIGUSR1',
    'SIGUSR2',
    'SIGTERM',
    'SIGCONT',
    'SIGSTOP',
    'SIGTSTP',
    'SIGWINCH',
  ]),
})
/**
 * `output` announces one binary frame with that stream's bytes, from that offset of that stream. The `offset` of the
 * request counts the bytes of both together, in the order of their arrival: who comes back asks for the sum of what it
 * took of each. With `follow=true` the stream goes on after what its followers have acknowledged, and a paced process
 * keeps to the foremost of them.
 */
export const ProcessStreamMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('output'),
    stream: z.enum(['stdout', 'stderr']),
    offset: count,
    /** The same within both outputs together. */
    position: z.optional(count),
  }),
  /** Bytes before `offset` are no longer kept. */
  z.object({ type: z.literal('gap'), stream: z.enum(['stdout', 'stderr']), offset: count }),
  z.object({ type: z.literal('exit'), exitCode: int, signal: z.nullable(z.string()) }),
])
/** All before this offset of both outputs together has been taken. */
export const ProcessStreamClientMessage = z.object({ type: z.literal('ack'), offset: count })

export const SystemProcess = z.object({
  pid: int,
  parentPid: int,
  name: z.string(),
  command: z.string(),
  /** R, S, D, Z, T, … as in proc(5). */
  state: z.string(),
  /** Of one core, since the last look; 100 is one core busy. */
  cpuPercent: z.number(),
  memoryBytes: count,
  startedAtMs: z.number(),
  /** Set where a terminal or started process of ours is its root. */
  terminalId: z.optional(z.string()),
  processId: z.optional(z.string()),
})
export const SystemProcesses = z.object({ processes: z.array(SystemProcess) })

export const TerminalBody = z.object({
  /** Program of the terminal: a shell, started as a login shell unless `command` is given. */
  shell: z.optional(z.string()),
  command: z.optional(z.string()),
  /** Else the configured directory, or the nearest above it that can be entered, which the output then says. */
  cwd: z.optional(z.string()),
  environment: z.optional(environment),
  cols: z.optional(int),
  rows: z.optional(int),
  title: z.optional(z.string()),
  /** How whoever opened it wants its output written in text messages; kept for them. */
  encoding: z.optional(z.enum(['raw', 'base64'])),
})
/** Sizes outside 1…1000 × 1…1000 are moved to the nearest. */
export const TerminalInfo = z.object({
  id: z.string(),
  pid: int,
  title: z.string(),
  status: z.enum(['running', 'exited']),
  exitCode: z.nullable(int),
  cols: int,
  rows: int,
  createdAtMs: z.number(),
  /** Output bytes so far, and the first of them that is still kept. */
  endOffset: count,
  startOffset: count,
  viewers: count,
  encoding: z.optional(z.enum(['raw', 'base64'])),
})
export const Terminals = z.object({ terminals: z.array(TerminalInfo) })

/**
 * What the agent says on a terminal stream, as text. `start` comes first. Binary frames are output, each byte once and in
 * order from `offset` on; `gap` says that the next byte is at `offset`, because what lies between is no longer kept or
 * because this viewer was too slow. Without `offset` in the request the log is told from the first byte that is kept; with
 * one that is no longer kept `start.offset` is later; with `from=tail` near the end, and with `from=follower` where the last
 * viewer of that kind stopped acknowledging, or near the end. With `locked=true` a reader stays one: its `take` is ignored. A replay
 * (all bytes before `endOffset`) must not be answered by the emulator.
 */
export const TerminalServerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    offset: count,
    endOffset: count,
    cols: int,
    rows: int,
    role: z.enum(['writer', 'reader']),
    /** Escape sequences that bring an empty emulator into the modes in force at `offset` (DECSET and the like). */
    modes: z.string(),
    isAlternateScreen: z.boolean(),
  }),
  z.object({ type: z.literal('gap'), offset: count, modes: z.string() }),
  /** The size changed at this point of the output. */
  z.object({ type: z.literal('resize'), cols: int, rows: int }),
  /** Another viewer became the writer, or this one did. */
  z.object({ type: z.literal('role'), role: z.enum(['writer', 'reader']) }),
  z.object({ type: z.literal('exit'), exitCode: int }),
])
/** What a viewer says, as text; its binary frames are input. A reader's input and resize are ignored. */
export const TerminalClientMessage = z.discriminatedUnion('type', [
  /** The viewer has taken everything before this offset; more than the window beyond it is not sent. */
  z.object({ type: z.literal('ack'), offset: count }),
  z.object({ type: z.literal('resize'), cols: int, rows: int }),
  /** Become the writer. */
  z.object({ type: z.literal('take') }),
])

export const WatchEvent = z.object({
  event: z.enum(['add', 'change', 'unlink', 'addDir', 'unlinkDir']),
  path: z.string(),
})
/**
 * `ignore`: names and globs below the watched directory; `ignorePath`: globs held against whole paths. With `retell=true`
 * lost events are no `resync`: what differs from what was told last is told as events.
 */
export const WatchMessage = z.discriminatedUnion('type', [
  /**
   * The watch stands: what changes from now on is told, and what changed before has been. `isComplete`: whether all
   * directories are watched, of which there may be too many; missing from an agent that is never asked for a second one.
   */
  z.object({ type: z.literal('ready'), isComplete: z.optional(z.boolean()) }),
  z.object({ type: z.literal('events'), events: z.array(WatchEvent) }),
  /** Events were lost below this path: look again. */
  z.object({ type: z.literal('resync'), path: z.string() }),
])

export const Port = z.object({
  port: int,
  /** The address listened on inside, such as 127.0.0.1, 0.0.0.0 or ::. */
  address: z.string(),
  pid: z.nullable(int),
  processName: z.nullable(z.string()),
})
export const Ports = z.object({ ports: z.array(Port) })
export const PortsMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ports'), ports: z.array(Port) }),
  z.object({ type: z.literal('open'), port: Port }),
  z.object({ type: z.literal('close'), port: Port }),
])
/**
 * Flow control of a port stream, said by the agent: so many bytes of what was sent have reached the port. The sender
 * stops at STREAM_WINDOW_BYTES beyond. The caller may say `{"type":"end"}` after its last byte and still be answered;
 * when it closes the WebSocket, the port has a few seconds for the rest. `connected` comes first; a port that refuses
 * closes with code 4502 before it.
 */
export const PortStreamMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connected') }),
  z.object({ type: z.literal('ack'), bytes: count }),
  /** The port has sent its last byte; more may still be sent to it. */
  z.object({ type: z.literal('end') }),
])

export type AgentError = z.infer<typeof AgentError>
export type Health = z.infer<typeof Health>
export type Configuration = z.infer<typeof Configuration>
export type FileEntry = z.infer<typeof FileEntry>
export type Listing = z.infer<typeof Listing>
export type Names = z.infer<typeof Names>
export type BatchBody = z.infer<typeof BatchBody>
export type BatchResults = z.infer<typeof BatchResults>
export type NameMatches = z.infer<typeof NameMatches>
export type TextMatches = z.infer<typeof TextMatches>
export type RunBody = z.infer<typeof RunBody>
export type RunResult = z.infer<typeof RunResult>
export type StartBody = z.infer<typeof StartBody>
export type ProcessRecord = z.infer<typeof ProcessRecord>
export type ProcessStreamMessage = z.infer<typeof ProcessStreamMessage>
export type Signal = z.infer<typeof SignalBody>['signal']
export type SystemProcess = z.infer<typeof SystemProcess>
export type TerminalBody = z.infer<typeof TerminalBody>
export type TerminalInfo = z.infer<typeof TerminalInfo>
export type TerminalServerMessage = z.infer<typeof TerminalServerMessage>
export type TerminalClientMessage = z.infer<typeof TerminalClientMessage>
export type WatchEvent = z.infer<typeof WatchEvent>
export type WatchMessage = z.infer<typeof WatchMessage>
export type Port = z.infer<typeof Port>
export type PortsMessage = z.infer<typeof PortsMessage>
export type PortStreamMessage = z.infer<typeof PortStreamMessage>
