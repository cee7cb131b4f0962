import type { CodeLanguage } from './code-language'

/** A shell command that takes the code on its stdin, so that neither quoting nor length matter. */
export interface CodeCommand {
  command: string
  /** Where the code lies while it runs; null where it needs no file. The command removes it if it is let. */
  folder: string | null
}

/** What the command says on its stderr, where the code cannot: that goes to stdout whole. */
export const MISSING = 'sandlot: the language is missing'
export const UNWRITTEN = 'sandlot: the code could not be written'

/** `id`: unique, of letters and digits. Runs in the directory that the shell is in, from which imports are resolved. */
export function codeCommand(language: CodeLanguage, id: string): CodeCommand {
  const way = WAYS[language]
  if ('options' in way) return { command: streamedCommand(language, way.options), folder: null }
  const folder = `/tmp/sandlot-code-${id}`
  return { command: fileCommand(way, folder), folder }
}

/**
 * Reads the code itself because Node takes code from stdin for no main module, and before 20.19 never for ESM. What is no
 * CommonJS is ESM, which only a process of its own can start from text with imports relative to the directory.
 */
const NODE_START = `{
  const source = require("node:fs").readFileSync(0, "utf8").replace(/^#!.*/, "");
  const isCommonJs = () => {
    try {
      require("node:vm").compileFunction(source, ["exports", "require", "module", "__filename", "__dirname"]);
      return true;
    } catch { return false }
  };
  if (isCommonJs()) {
    const Module = require("node:module");
    const filename = require("node:path").join(process.cwd(), "[code]");
    const main = new Module(".", null);
    main.filename = filename;
    main.paths = Module._nodeModulePaths(process.cwd());
    process.mainModule = main;
    main._compile(source, filename);
  } else {
    const { status, signal } = require("node:child_process").spawnSync(
      process.execPath, ["--input-type=module", "-"], { input: source, stdio: ["pipe", "inherit", "inherit"] });
    if (signal) process.kill(process.pid, signal);
    process.exitCode = status;
  }
}`

/** Reads code from stdin whole before it runs it, and then takes the directory for its place. */
interface StreamedRun {
  options: string
}
/** Shells read their code bit by bit, so that its commands must not find it on stdin; others show lines of it in errors. */
interface FileRun {
  programs: string[]
  fileName: string
  /** With `$program`, `$file` and its `$folder`. */
  run: string
}

const WAYS: Record<CodeLanguage, StreamedRun | FileRun> = {
  python: {
    programs: ['python3', 'python'],
    // Hides no module of the standard library or of the sandbox.
    fileName: '__main__.py',
    // Unbuffered, or else the order of both outputs is lost.
    run: `PYTHONPATH="$PWD\${PYTHONPATH:+:$PYTHONPATH}" "$program" -u "$file"`,
  },
  node: { options: `-e '${NODE_START}'` },
  bash: { programs: ['bash'], fileName: 'code.sh', run: '"$program" "$file"' },
  sh: { programs: ['sh'], fileName: 'code.sh', run: '"$program" "$file"' },
  ruby: {
    programs: ['ruby'],
    fileName: 'code.rb',
    run: `echo '$stdout.sync = true' > "$folder/sync.rb"; "$program" -I. -r"$folder/sync.rb" "$file"`,
  },
  deno: { options: 'run --allow-all -' },
  bun: { options: 'run -' },
}

function streamedCommand(program: string, options: string): string {
  return `command -v ${program} >/dev/null || { echo '${MISSING}' >&2; exit 127; }
exec ${program} ${options} 2>&1`
}

function fileCommand({ programs, fileName, run }: FileRun, folder: string): string {
  const found = programs.map((program) => `command -v ${program}`).join(' || ')
  return `program=$(${found}) || { echo '${MISSING}' >&2; exit 127; }
folder=${folder}
file=$folder/${fileName}
trap 'rm -rf "$folder"' EXIT
trap 'exit 143' HUP INT TERM
mkdir -m 700 "$folder" && cat > "$file" || { echo '${UNWRITTEN}' >&2; exit 126; }
{ ${run}; } </dev/null 2>&1`
}
