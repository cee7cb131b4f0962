import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { buildAgent, serverBundleOptions } from './build-steps.mjs'
import { inBuild, inRoot, root } from './paths.mjs'
import { prepare } from './prepare.mjs'
import { say } from './progress.mjs'

/** Editors write a file in several goes, and "save all" writes several files. */
const SETTLE_MS = 150
/** A server that does not stop by itself is in the way of its successor's port. */
const STOP_TIMEOUT_MS = 10_000

/** `npm run dev`: Next reloads the app by itself; the server restarts and the agent is rebuilt when their sources change. */
export async function runDevelopment(args) {
  await prepare({ app: false, server: false })
  const server = new RestartingServer(args)
  const stopWatching = watchAgent()
  const bundle = await watchServer(() => server.restart())
  await stopSignal()
  stopWatching()
  await bundle.dispose()
  await server.stop()
}

class RestartingServer {
  #child = null
  #restarting = Promise.resolve()
  #args

  constructor(args) {
    this.#args = args
  }

  restart() {
    this.#restarting = this.#restarting.then(async () => {
      await this.#end()
      this.#start()
    })
  }

  async stop() {
    await this.#restarting
    await this.#end()
  }

  #start() {
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', inBuild('server', 'main.js'), ...this.#args],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, NODE_ENV: 'development' },
        // A group of its own: Ctrl-C reaches it once, through us.
        detached: true,
      },
    )
    child.once('exit', (code) => {
      if (this.#child === child) this.#child = null
      if (code) say(`The server ended (${code}); it starts again on the next change.`)
    })
    this.#child = child
  }

  async #end() {
    const child = this.#child
    if (!child) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await exited
    clearTimeout(timer)
  }
}

/** Bundles the server, again at every change of a file it contains; the programs' folder is that of `npm start`. */
async function watchServer(onBuilt) {
  const { context } = await import('esbuild')
  const announce = {
    name: 'announce',
    setup(build) {
      build.onEnd(({ errors }) =>
        errors.length === 0 ? onBuilt() : say('The server does not build; it goes on as it was.'),
      )
    },
  }
  const bundle = await context({ ...serverBundleOptions(), logLevel: 'warning', plugins: [announce] })
  await bundle.watch()
  return bundle
}

function watchAgent() {
  let timer = null
  const rebuild = () => buildAgent().catch((error) => say(error.message))
  const settle = () => {
    clearTimeout(timer)
    timer = setTimeout(rebuild, SETTLE_MS)
  }
  const sources = ['errors', 'env-file', 'env-value'].map((name) => `lib/${name}.ts`)
  const watchers = ['server/agent', 'server/agent-contract.ts', 'server/agent-contract', ...sources].map(
    (path) => watch(inRoot(path), { recursive: true }, settle),
  )
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}

function stopSignal() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve)
  })
}
