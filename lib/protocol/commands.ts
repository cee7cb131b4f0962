import { z } from 'zod'

/** Commands, as ComputeSDK has them (4.2, 4.3): bodies and answers. Unknown fields are let pass, as clients send some. */
const command = z.string().min(1).max(262_144).describe('One string, run by `shell -c`.')
const shell = z.string().min(1).max(1024)
const status = z.enum(['pending', 'running', 'completed', 'failed'])

export const RunCommandBody = z.looseObject({
  command,
  shell: shell.optional(),
  background: z.boolean().optional(),
  stream: z.boolean().optional().describe('Starts with `command:start` on /ws; the outputs are told there.'),
  cwd: z.string().max(4096).optional().describe("Relative paths begin at the sandbox's directory."),
  env: z.record(z.string().regex(/^[^=\0]+$/), z.string().max(131_072)).optional(),
})
export type RunCommandBody = z.infer<typeof RunCommandBody>

export const ExecuteBody = z.looseObject({
  command,
  shell: shell.optional(),
  background: z.boolean().optional(),
})

export const TerminalExecuteBody = z.looseObject({
  command,
  background: z.boolean().optional(),
  async: z.boolean().optional().describe('The older name of `background`.'),
})

/** A command that was run or started. `exit_code` and `duration_ms` once it has ended. */
export const Execution = z.object({
  command: z.string(),
  stdout: z.string(),
  stderr: z.string(),
  exit_code: z.int().optional(),
  duration_ms: z.number().optional(),
  status,
  terminal_id: z.string().optional(),
  cmd_id: z.string().optional(),
  channel: z.string().optional().describe('Of a streamed command.'),
  truncated: z.boolean().optional().describe('More was said than is told here.'),
})
export type Execution = z.infer<typeof Execution>

export const CommandSummary = z.object({
  cmd_id: z.string(),
  command: z.string(),
  status,
  started_at: z.string(),
  finished_at: z.string().optional(),
  duration_ms: z.number().optional(),
  exit_code: z.int().optional(),
})
export type CommandSummary = z.infer<typeof CommandSummary>

export const CommandList = z.object({ commands: z.array(CommandSummary), count: z.int() })
export type CommandList = z.infer<typeof CommandList>

/** With what is kept of its outputs: the last 8 MiB of both. */
export const CommandDetails = CommandSummary.extend({ stdout: z.string(), stderr: z.string() })
export type CommandDetails = z.infer<typeof CommandDetails>

export const ExecutionAnswer = z.object({ message: z.string(), data: Execution })
export const CommandAnswer = z.object({ message: z.string(), data: CommandDetails })
export const CommandListAnswer = z.object({ message: z.string(), data: CommandList })
