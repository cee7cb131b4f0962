import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '../..')

export interface Example {
  /** The heading that it stands under. */
  title: string
  line: number
  code: string
}

/** The TypeScript blocks of a document; the one marked `prelude` goes before each of the others. */
export function examplesOf(document: string): { prelude: string; examples: Example[] } {
  const examples: Example[] = []
  let prelude = ''
  let title = ''
  let block: { info: string; line: number; lines: string[] } | undefined
  document.split('\n').forEach((text, index) => {
    if (block && text === '```') {
      const code = block.lines.join('\n')
      if (block.info === 'ts prelude') prelude = code
      else if (block.info === 'ts') examples.push({ title, line: block.line, code })
      block = undefined
    } else if (block) block.lines.push(text)
    else if (text.startsWith('```')) block = { info: text.slice(3), line: index + 1, lines: [] }
    else if (text.startsWith('#')) title = text.replace(/^#+ /, '')
  })
  return { prelude, examples }
}

/** What the comment behind a `console.log` says that it prints. */
export function expectedOutput(code: string): string[] {
  return code
    .split('\n')
    .map((line) => /console\.log\(.*\) \/\/ (.+)$/.exec(line)?.[1])
    .filter((text) => text !== undefined)
}

/** A project with nothing of ours but the built package, as somebody has it who installed that. */
export function createProject() {
  const sdk = execFileSync(process.execPath, ['scripts/build-sdk.mjs'], { cwd: ROOT, encoding: 'utf8' })
  const folder = mkdtempSync(join(tmpdir(), 'sandlot-client-'))
  mkdirSync(join(folder, 'node_modules/@sandlot'), { recursive: true })
  symlinkSync(sdk.trim().split('\n').at(-1) ?? '', join(folder, 'node_modules/@sandlot/client'))
  for (const name of ['ws', '@types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  return {
    folder,
    /** What the compiler says of programs that use the package's types, libraries checked as well. */
    problems(names: string[]): string[] {
      const options: ts.CompilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        target: ts.ScriptTarget.ES2022,
        lib: ['lib.es2023.d.ts'],
        types: ['node'],
        typeRoots: [join(folder, 'node_modules/@types')],
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
      }
      const program = ts.createProgram(
        names.map((name) => join(folder, name)),
        options,
      )
      return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
        const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
        return `${file?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
      })
    },
    write(name: string, code: string): void {
      writeFileSync(join(folder, name), code)
      const { outputText } = ts.transpileModule(code, {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
      })
      writeFileSync(join(folder, name.replace(/ts$/, 'js')), outputText)
    },
    /** Runs a program to its end, which it has to come to by itself. */
    async run(name: string, env: Record<string, string>): Promise<string> {
      const file = join(folder, name.replace(/ts$/, 'js'))
      const options = { env: { ...process.env, ...env }, timeout: 25_000 }
      const { stdout } = await promisify(execFile)(process.execPath, [file], options)
      return stdout
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
