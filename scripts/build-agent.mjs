import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const outputDirectory = join(root, '.build/agent')
const executable = join(outputDirectory, 'sandlot-agent')
const stamp = join(outputDirectory, 'sources.sha256')

/** Compiles the agent to one executable, unless it stands and its sources are the same. Returns its path. */
export function buildAgent() {
  const hash = hashOfSources()
  if (existsSync(executable) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return executable
  mkdirSync(outputDirectory, { recursive: true })
  // Under a name of its own first: running sandboxes keep the file that they started from, and two builds do not meet.
  const fresh = `${executable}.${process.pid}`
  try {
    compile(fresh)
    renameSync(fresh, executable)
  } finally {
    rmSync(fresh, { force: true })
  }
  writeFileSync(stamp, hash)
  return executable
}

function compile(output) {
  execFileSync(
    join(root, 'node_modules/.bin/bun'),
    [
      'build',
      'server/agent/main.ts',
      '--compile',
      '--minify',
      '--bytecode',
      '--format=cjs',
      // A sandbox's own .env and bunfig.toml must not reach into its agent.
      '--no-compile-autoload-dotenv',
      '--no-compile-autoload-bunfig',
      `--outfile=${output}`,
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  )
}

function hashOfSources() {
  const hash = createHash('sha256')
  const agent = readdirSync(join(root, 'server/agent')).filter(
    (name) => name.endsWith('.ts') && !name.includes('.test.'),
  )
  const sources = [
    ...agent.sort().map((name) => `server/agent/${name}`),
    'server/agent-contract.ts',
    'lib/errors.ts',
    'scripts/build-agent.mjs',
    'node_modules/bun/package.json',
    'node_modules/zod/package.json',
    'node_modules/picomatch/package.json',
    'tsconfig.base.json',
    'server/agent/tsconfig.json',
  ]
  for (const source of sources) hash.update(source).update(readFileSync(join(root, source)))
  return hash.digest('hex')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${buildAgent()}\n`)
}
