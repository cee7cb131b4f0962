import { randomBytes } from 'node:crypto'
import { SandboxError } from '@/lib/errors'
import { MAX_CODE_CHARACTERS, type RanCode, RunCodeBody } from '@/lib/protocol/code'
import type { AgentConnection, RunResult } from '../../sandbox/agent-connection'
import type { Entry, SandboxTarget } from '../entry'
import type { JsonBounds } from '../json-body'
import { sendWhenReady } from '../patient-answer'
import type { RequestRoute } from '../site'
import { codeCommand, MISSING, UNWRITTEN } from './code-command'
import { type CodeLanguage, codeLanguage, detectLanguage } from './code-language'

/** Room for code in which every other character must be escaped. */
const CODE_BOUNDS: JsonBounds = { maxBytes: 3 * MAX_CODE_CHARACTERS, maxValues: 1000 }

/** Code in one of several languages, to its end; the caller's leaving ends it. */
export function codeRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  return [
    {
      method: 'POST',
      pattern: '/run/code',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const { code, language: name } = await exchange.json(RunCodeBody, CODE_BOUNDS)
        const language = name ? codeLanguage(name) : detectLanguage(code)
        const result = runCode(agent, language, code, exchange.whenClientLeaves())
        await sendWhenReady(
          exchange,
          result.then((ended) => ranCode(language, ended)),
        )
      },
    },
  ]
}

async function runCode(
  agent: AgentConnection,
  language: CodeLanguage,
  code: string,
  signal: AbortSignal,
): Promise<RunResult> {
  const { command, folder } = codeCommand(language, randomBytes(8).toString('hex'))
  try {
    const result = await agent.run({ command, stdin: code }, signal)
    if (result.exitCode === 127 && result.stderr.includes(MISSING)) throw missing(language)
    if (result.exitCode === 126 && result.stderr.includes(UNWRITTEN)) throw unwritten()
    return result
  } catch (error) {
    // What was killed has not tidied up.
    if (folder !== null && signal.aborted) await agent.delete(folder).catch(() => undefined)
    throw error
  }
}

function ranCode(language: CodeLanguage, { stdout, exitCode, isTruncated }: RunResult): RanCode {
  const truncated = isTruncated ? { truncated: true } : {}
  return { message: 'Code completed', data: { output: stdout, exit_code: exitCode, language, ...truncated } }
}

function missing(language: CodeLanguage): SandboxError {
  const isNpmPackage = language === 'deno' || language === 'bun'
  const remedy = isNpmPackage
    ? `Install it with "npm install -g ${language}".`
    : 'Install it on the machine that runs Sandlot, whose programs all sandboxes have, or use another language.'
  return new SandboxError('unsupported', `This sandbox has no ${language}. ${remedy}`)
}

function unwritten(): SandboxError {
  return new SandboxError(
    'unavailable',
    'The code could not be written to /tmp of the sandbox. Make room there.',
  )
}
