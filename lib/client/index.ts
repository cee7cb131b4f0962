/** The entrance of the package `@sandlot/client`. Inside the repository, import the files themselves. */
export { type ErrorCode, SandboxError } from '../errors'
export type { Box } from '../protocol/children'
export type { CreateSandboxBody, SandboxSummary, TemplateSummary } from '../protocol/sandboxes'
export type { ReadyAnswer, ServerStartBody } from '../protocol/servers'
export type { SandboxSnapshot, SnapshotSummary } from '../protocol/snapshots'
export type { FileInfo, PortInfo, ProcessInfo, WorkbenchEvent } from '../protocol/workbench'
export type { EventSocket, EventSocketState } from './event-socket'
export type { WebSocketClass } from './open-socket'
export type { CreatedSessionTokenInfo, MagicLinkInfo, Role, SessionTokenInfo } from './sandbox/auth'
export type { CommandResult, RunCommandOptions } from './sandbox/command-options'
export type { CodeLanguage, CodeResult } from './sandbox/commands'
export type { SandboxOptions } from './sandbox/connection'
export type { BatchWriteResult, FileOperation } from './sandbox/files'
export type { FileEntry } from './sandbox/filesystem'
export type { SandboxInfo } from './sandbox/info'
export type { OverlayInfo, OverlayOptions, WaitOptions } from './sandbox/overlays'
export { Sandbox } from './sandbox/sandbox'
export type { ServerChange, ServerInfo } from './sandbox/servers'
export type {
  ErrorSignalEvent,
  PortSignalEvent,
  SignalEvent,
  SignalService,
  SignalStatusInfo,
} from './sandbox/signals'
export type { TerminalCommand } from './sandbox/terminal-command'
export type { TerminalInstance, TerminalResponse } from './sandbox/terminal-instance'
export type { TerminalOptions } from './sandbox/terminals'
export type { FileChangeEvent, FileWatcher, WatcherInfo, WatcherOptions } from './sandbox/watchers'
export { SandboxClient } from './sandbox-client'
export { Sandlot, type SandlotOptions } from './sandlot'
export type { TerminalHandlers, TerminalSession } from './terminal-session'
