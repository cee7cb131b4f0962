import { execFile } from 'node:child_process'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `node -v` in a bare bubblewrap: the least that a sandbox of this kind costs. Nothing listens, nothing is limited. */
export async function runInBareBubblewrap(): Promise<void> {
  const node = resolve(dirname(process.execPath), '..')
  const mounts = ['/usr', '/bin', '/lib', '/lib64'].flatMap((path) => ['--ro-bind-try', path, path])
  const own = [
    '--ro-bind',
    node,
    node,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--unshare-all',
    '--die-with-parent',
  ]
  await run('bwrap', [...mounts, ...own, process.execPath, '-v'])
}

/** The image to compare with, where Docker is there with one; nothing is fetched. */
export async function dockerImage(): Promise<{ image: string } | { absent: string }> {
  try {
    const { stdout } = await run('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'], {
      timeout: 10_000,
    })
    const image = stdout.split('\n').find((name) => /(^|\/)node:/.test(name))
    return image
      ? { image }
      : { absent: 'Docker has no image of Node.js here (docker pull node), so it was not compared.' }
  } catch {
    return { absent: 'Docker is not here, so it was not compared.' }
  }
}

export async function runInDocker(image: string): Promise<void> {
  await run('docker', ['run', '--rm', image, 'node', '-v'])
}
