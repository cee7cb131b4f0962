import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listTemplates, loadTemplate } from './catalog'

/** A starter is read by a person and sent to every new sandbox of its kind: beyond this it is no starter. */
const MAX_TEMPLATE_BYTES = 64 * 1024

describe('the catalog of templates', () => {
  it('offers every folder beside it', () => {
    const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    expect(
      listTemplates()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(names.sort())
  })

  it('lists without the files', () => {
    expect(listTemplates()[0]).toEqual({
      id: 'blank',
      name: 'Blank',
      description: 'An empty folder and a shell',
      badge: '/',
    })
  })

  it('knows no template of another name', () => {
    expect(loadTemplate('../node')).toBeNull()
    expect(loadTemplate('constructor')).toBeNull()
  })
})

describe('the lockfile of what is installed beforehand', () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
  const lockfile = read('node/package-lock.json')

  it('is that of the manifest', () => {
    expect(lockfile.packages[''].dependencies).toEqual(read('node/files/package.json').dependencies)
  })

  it('names no registry, and a checksum for each package', () => {
    const { '': _, ...packages } = lockfile.packages
    for (const [path, { resolved, integrity }] of Object.entries<Record<string, string>>(packages)) {
      expect(resolved, path).toBeUndefined()
      expect(integrity, path).toMatch(/^sha512-/)
    }
  })
})

describe.each(listTemplates().map(({ id }) => id))('template %s', (id) => {
  const template = loadTemplate(id)
  if (!template) throw new Error(`${id} is listed and cannot be loaded`)
  const paths = template.files.map(({ path }) => path)

  it('has small text files with plain relative paths', () => {
    const size = template.files.reduce((bytes, { content }) => bytes + Buffer.byteLength(content), 0)
    expect(size).toBeLessThan(MAX_TEMPLATE_BYTES)
    for (const { path, content } of template.files) {
      expect(path).toMatch(/^[\w.-]+(\/[\w.-]+)*$/)
      expect(content, path).toMatch(/[^\n]\n$/)
      expect(content, path).not.toMatch(/\uFFFD|\0|\r/)
    }
  })

  it('leaves out what is installed or built', () => {
    expect(
      paths.filter((path) => /node_modules|package-lock|dist\/|\.venv|__pycache__|\.log$/.test(path)),
    ).toEqual([])
  })

  it('opens a file that it has', () => {
    if (template.openFile !== null) expect(paths).toContain(template.openFile)
    else expect(paths).toEqual([])
  })

  it('pins the packages it installs', () => {
    const manifest = template.files.find(({ path }) => path === 'package.json')
    const { dependencies, devDependencies } = JSON.parse(manifest?.content ?? '{}')
    for (const version of Object.values({ ...dependencies, ...devDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    }
  })
})
