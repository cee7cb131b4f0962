import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
/** What is made, and what no start looks at. */
const LEFT_OUT = new Set(['.git', '.next', '.build', 'node_modules', 'docs', 'e2e', 'bench', 'test-results'])

/** A copy of this checkout to install, build and start in, so that this one stays as it is. */
export class Checkout {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** As cloned. */
  static async clone(): Promise<Checkout> {
    const path = await mkdtemp(join(tmpdir(), 'sandlot-checkout-'))
    const filter = (source: string) => source === root || !LEFT_OUT.has(basename(source))
    await cp(root, path, { recursive: true, filter })
    return new Checkout(path)
  }

  /** With packages, and nothing built. */
  static async installed(): Promise<Checkout> {
    const checkout = await Checkout.clone()
    await symlink(join(root, 'node_modules'), join(checkout.path, 'node_modules'))
    return checkout
  }

  /** With packages as files of its own: Next takes none from outside the checkout, which a link would lead to. */
  static async developed(): Promise<Checkout> {
    const checkout = await Checkout.clone()
    const copy = (how: string) =>
      promisify(execFile)('cp', [how, join(root, 'node_modules'), join(checkout.path, 'node_modules')])
    // Hard links take no room; another file system takes none.
    await copy('-alT').catch(() => copy('-aT'))
    return checkout
  }

  /** With all that this one has built. */
  static async built(): Promise<Checkout> {
    const checkout = await Checkout.installed()
    await mkdir(join(checkout.path, '.build'))
    for (const part of ['server', 'stamps'])
      await cp(join(root, '.build', part), join(checkout.path, '.build', part), { recursive: true })
    await symlink(join(root, '.build/agent'), join(checkout.path, '.build/agent'))
    await symlink(join(root, '.next'), join(checkout.path, '.next'))
    return checkout
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}
