import { posix } from 'node:path'
import type { Template } from '../templates/catalog'
import type { AgentConnection } from './agent-connection'
import { invalidReply } from './agent-errors'

/** Writes a starter project into a sandbox's directory, all or an error. */
export async function fillFromTemplate(
  connection: AgentConnection,
  directory: string,
  template: Template,
): Promise<void> {
  const files = template.files.map(({ path, content }) => ({
    path: posix.join(directory, path),
    operation: 'write' as const,
    content,
  }))
  const results = await connection.batch(files)
  const failed = results.find((result) => result.error)
  if (failed || results.length !== files.length) {
    throw invalidReply(`template ${template.id}: ${failed?.error?.message ?? 'files are missing'}`)
  }
}
