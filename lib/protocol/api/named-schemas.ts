import { z } from 'zod'
import { errorCodes } from '../../errors'
import { BatchResult } from '../files'
import { ApiKeySummary, CreateSandboxBody, SandboxSummary, TemplateSummary } from '../sandboxes'
import { FileInfo, PortInfo, ProcessInfo, SandboxInfo, Terminal, WorkbenchEvent } from '../workbench'

/** A sentence for people, and a code for programs. */
const RefusalBody = z.object({
  error: z.string(),
  code: z.enum(errorCodes()),
  success: z.literal(false).optional(),
})

/** Shapes that the document calls by their names. */
export const NAMED_SCHEMAS = {
  Error: RefusalBody,
  CreateSandboxBody,
  SandboxSummary,
  TemplateSummary,
  ApiKeySummary,
  SandboxInfo,
  FileInfo,
  BatchResult,
  ProcessInfo,
  PortInfo,
  Terminal,
  WorkbenchEvent,
} satisfies Record<string, z.ZodType>
