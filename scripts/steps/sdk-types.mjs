import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { inRoot, root } from './paths.mjs'
import { StepError } from './step-error.mjs'

/**
 * Declarations of an entry and all it reaches, which name no package: what the schemas of `lib/protocol` infer is written
 * out, since whoever uses the client does not have zod.
 */
export async function writeTypes(entry, folder) {
  const ts = (await import('typescript')).default
  const program = ts.createProgram([inRoot(entry)], compilerOptions(ts, folder))
  const files = new Map()
  const written = program.emit(
    undefined,
    (path, text) => files.set(relative(folder, path), text),
    undefined,
    true,
  )
  const [problem] = [...ts.getPreEmitDiagnostics(program), ...written.diagnostics]
  if (problem) throw new StepError(ts.flattenDiagnosticMessageText(problem.messageText, '\n'))
  for (const source of program.getSourceFiles()) {
    const name = relative(root, source.fileName)
    if (name.startsWith('lib/protocol/'))
      files.set(name.replace(/\.ts$/, '.d.ts'), inferred(ts, program, source))
  }
  for (const [name, text] of files) {
    if (/from ['"]zod/.test(text)) throw new StepError(`${name} would need zod where the client is used.`)
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), withRelativeImports(name, text))
  }
}

function compilerOptions(ts, folder) {
  const { config } = ts.readConfigFile(inRoot('tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  return {
    ...options,
    plugins: [],
    incremental: false,
    allowJs: false,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir: folder,
    configFilePath: undefined,
  }
}

/** Each exported type of a file in full. */
function inferred(ts, program, source) {
  const checker = program.getTypeChecker()
  const { NoTruncation, InTypeAlias, UseStructuralFallback } = ts.TypeFormatFlags
  const flags = NoTruncation | InTypeAlias | UseStructuralFallback
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source))
  const types = exported.filter((symbol) => symbol.flags & ts.SymbolFlags.TypeAlias)
  const lines = types.map((symbol) => {
    const type = checker.getDeclaredTypeOfSymbol(symbol)
    return `export type ${symbol.name} = ${checker.typeToString(type, undefined, flags)}\n`
  })
  return lines.join('') || 'export {}\n'
}

/** As Node wants them: relative, with the name of the file that would be run. */
function withRelativeImports(name, text) {
  return text.replace(/(from |import\()(['"])([@.][^'"]*)\2/g, (_, before, quote, target) => {
    const file = target.startsWith('@/') ? target.slice(2) : posix.join(posix.dirname(name), target)
    const path = posix.relative(posix.dirname(name), file)
    return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}.js${quote}`
  })
}
