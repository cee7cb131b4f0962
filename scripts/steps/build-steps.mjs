import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { compressStaticFiles } from './brotli.mjs'
import { inBuild, inRoot, root } from './paths.mjs'
import { step } from './progress.mjs'
import { runCommand } from './run-command.mjs'
import { buildWhenStale } from './stamps.mjs'

const LIBRARY = ['lib', 'package-lock.json', 'tsconfig.base.json']

export const agentExecutable = inBuild('agent', 'sandlot-agent')

/** The agent: one executable, which every provider puts into its sandboxes. */
export function buildAgent() {
  const inputs = [
    'scripts/steps/build-steps.mjs',
    'server/agent',
    'server/agent-contract.ts',
    'server/agent-contract',
    'lib/errors.ts',
    'lib/env-file.ts',
    'lib/env-value.ts',
    'tsconfig.base.json',
    'package-lock.json',
  ]
  return buildWhenStale('agent', { inputs, outputs: ['.build/agent/sandlot-agent'] }, () =>
    step('Building the agent', compileAgent),
  )
}

async function compileAgent() {
  mkdirSync(inBuild('agent'), { recursive: true })
  // Under a name of its own first: running sandboxes keep the file that they started from, and two builds do not meet.
  const fresh = `${agentExecutable}.${process.pid}`
  try {
    await runCommand('build-agent', inRoot('node_modules/.bin/bun'), [
      'build',
      'server/agent/main.ts',
      '--compile',
      '--minify',
      '--bytecode',
      '--format=cjs',
      // A sandbox's own .env and bunfig.toml must not reach into its agent.
      '--no-compile-autoload-dotenv',
      '--no-compile-autoload-bunfig',
      `--outfile=${fresh}`,
    ])
    renameSync(fresh, agentExecutable)
  } finally {
    rmSync(fresh, { force: true })
  }
}

/** The programs that run on Node: name in `.build/server` → source. */
function serverPrograms() {
  const names = ['main', 'doctor', 'key', 'sign-in']
  return names.filter((name) => existsSync(inRoot('server', `${name}.ts`)))
}

/** How esbuild bundles them: ours in, packages out, since Next and the database drivers find their files beside themselves. */
export function serverBundleOptions() {
  return {
    absWorkingDir: root,
    entryPoints: serverPrograms().map((name) => `server/${name}.ts`),
    outdir: '.build/server',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.9',
    sourcemap: true,
    tsconfig: 'server/tsconfig.json',
    logLevel: 'silent',
  }
}

export function buildServer() {
  const outputs = serverPrograms().map((name) => `.build/server/${name}.js`)
  return buildWhenStale(
    'server',
    { inputs: ['scripts/steps/build-steps.mjs', 'server', ...LIBRARY], outputs },
    () =>
      step('Building the server', async () => {
        const { build } = await import('esbuild')
        rmSync(inRoot('.build/server'), { recursive: true, force: true })
        await build(serverBundleOptions())
      }),
  )
}

/** The pages: Next's production build, and what it serves as files compressed beforehand. */
export async function buildApp() {
  const inputs = [
    'app',
    'components',
    'public',
    'next.config.js',
    'scripts/monaco-workers-loader.cjs',
    'postcss.config.mjs',
    'tsconfig.json',
    ...LIBRARY,
  ]
  await buildWhenStale('app', { inputs, outputs: ['.next/BUILD_ID'] }, () =>
    step('Building the app', runNextBuild),
  )
  await buildWhenStale(
    'brotli',
    { inputs: ['scripts/steps/brotli.mjs', '.next/BUILD_ID'], outputs: [] },
    () => step('Compressing the app', () => compressStaticFiles()),
  )
}

async function runNextBuild() {
  try {
    await runCommand('next-build', process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
      env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    })
  } catch (error) {
    // Next's cache remembers what it could not find, and goes on missing it once it is there.
    rmSync(inRoot('.next'), { recursive: true, force: true })
    throw error
  }
}
