import * as z from 'zod/mini'

/**
 * Terminals without a PTY: a name for the commands that were run in it, each by a shell of its own. Their commands are
 * processes (`server/agent-contract.ts`) with a `terminalId`, and are asked for, waited for and followed as such.
 *
 * | call | request | answer |
 * |---|---|---|
 * | POST /exec-terminals | ExecTerminalBody | 201 ExecTerminal |
 * | GET /exec-terminals, /exec-terminals/{id} | | ExecTerminals, ExecTerminal |
 * | DELETE /exec-terminals/{id} | | 204; ends its commands and forgets them |
 * | POST /exec-terminals/commands | StartBody | 201 ProcessRecord, in an exec terminal of its own with the same id |
 * | POST /exec-terminals/{id}/commands | StartBody | 201 ProcessRecord |
 * | POST /exec-terminals/{id}/commands/run | StartBody | ProcessRecord, ended; the group is ended when the caller hangs up |
 * | GET /exec-terminals/{id}/commands | | ProcessRecords, oldest first, as far as they are kept |
 */

/** Exec terminals that one agent keeps at once. Those that came with a background command go first. */
export const MAX_EXEC_TERMINALS = 256

export const ExecTerminalBody = z.object({
  /** Runs its commands, unless a command names another. */
  shell: z.optional(z.string()),
})
export const ExecTerminal = z.object({
  id: z.string(),
  shell: z.nullable(z.string()),
  createdAtMs: z.number(),
})
export const ExecTerminals = z.object({ terminals: z.array(ExecTerminal) })

export type ExecTerminalBody = z.infer<typeof ExecTerminalBody>
export type ExecTerminal = z.infer<typeof ExecTerminal>
