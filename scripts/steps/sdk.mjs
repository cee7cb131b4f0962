import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inBuild, inRoot, root } from './paths.mjs'
import { step } from './progress.mjs'
import { buildWhenStale } from './stamps.mjs'

const NAME = '@sandlot/client'
const ENTRY = 'lib/client/index.ts'
export const sdkFolder = inBuild('sdk')

/** The client as a package: one ES module for browsers and Node, its types, and what npm wants to know. */
export function buildSdk() {
  const inputs = [
    'lib/client',
    'lib/protocol',
    'lib/errors.ts',
    'scripts/steps/sdk.mjs',
    'scripts/steps/sdk-types.mjs',
    'LICENSE',
    'docs/client.md',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.base.json',
  ]
  const outputs = ['.build/sdk/index.js', '.build/sdk/types/lib/client/index.d.ts', '.build/sdk/package.json']
  return buildWhenStale('sdk', { inputs, outputs }, () => step('Building the client', buildPackage))
}

async function buildPackage() {
  const fresh = `${sdkFolder}.${process.pid}`
  try {
    await bundle(join(fresh, 'index.js'))
    const { writeTypes } = await import('./sdk-types.mjs')
    await writeTypes(ENTRY, join(fresh, 'types'))
    writeFileSync(join(fresh, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
    copyFileSync(inRoot('LICENSE'), join(fresh, 'LICENSE'))
    copyFileSync(inRoot('docs/client.md'), join(fresh, 'README.md'))
    copyFileSync(inRoot('node_modules/zod/LICENSE'), join(fresh, 'LICENSE-zod'))
    rmSync(sdkFolder, { recursive: true, force: true })
    renameSync(fresh, sdkFolder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

async function bundle(outfile) {
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    format: 'esm',
    // What either platform alone has is not there.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    tsconfig: 'tsconfig.json',
    plugins: [zodInParts],
    logLevel: 'silent',
  })
}

/** `import { z }` brings all of zod, every language of its messages too; of a namespace esbuild takes what is used. */
const zodInParts = {
  name: 'zod-in-parts',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lib[\\/](client|protocol)[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      return { contents: source.replace("import { z } from 'zod'", "import * as z from 'zod'"), loader: 'ts' }
    })
  },
}

function manifest() {
  const { version, license, engines } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'))
  return {
    name: NAME,
    version,
    description:
      'Client of Sandlot: makes disposable Linux sandboxes and works in them, from browsers and Node',
    license,
    type: 'module',
    engines,
    exports: { '.': { types: './types/lib/client/index.d.ts', default: './index.js' } },
    types: './types/lib/client/index.d.ts',
    sideEffects: false,
  }
}
