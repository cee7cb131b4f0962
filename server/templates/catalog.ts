import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

export interface Template {
  id: string
  name: string
  description: string
  /** Two letters or a sign for its tile. */
  badge: string
  /** Relative to the sandbox's directory, ascending. */
  files: { path: string; content: string }[]
  /** Whose programs it is for. */
  runtime: 'node' | 'python' | 'deno' | 'bun'
  /** What a person would type to see it run. */
  startCommand: string | null
  /** The file to show first, relative to the sandbox's directory. */
  openFile: string | null
}
export type TemplateListing = Pick<Template, 'id' | 'name' | 'description' | 'badge'>

/** In the order in which people are offered them. */
const IDS = ['blank', 'node', 'python', 'static', 'vite-react', 'nextjs']

const TemplateDescription = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  badge: z.string().min(1).max(2),
  runtime: z.enum(['node', 'python', 'deno', 'bun']).default('node'),
  startCommand: z.string().nullable(),
  openFile: z.string().nullable(),
})

let cached: Map<string, Template> | undefined

/** Every starter project; what it takes to offer them. */
export function listTemplates(): TemplateListing[] {
  return [...templates().values()].map(({ id, name, description, badge }) => ({
    id,
    name,
    description,
    badge,
  }))
}

/** A starter project with its files, or `null` where no template has that id. */
export function loadTemplate(id: string): Template | null {
  return templates().get(id) ?? null
}

/** Read once: they are part of the program. */
function templates(): Map<string, Template> {
  cached ??= new Map(IDS.map((id) => [id, readTemplate(join(templatesFolder(), id), id)]))
  return cached
}

function readTemplate(folder: string, id: string): Template {
  const description = TemplateDescription.parse(
    JSON.parse(readFileSync(join(folder, 'template.json'), 'utf8')),
  )
  return { id, ...description, files: readFiles(join(folder, 'files')) }
}

/** The template of an empty folder has no `files`, since git keeps no empty folder. */
function readFiles(folder: string): Template['files'] {
  if (!existsSync(folder)) return []
  return listPaths(folder)
    .map((path) => ({ path: relative(folder, path), content: readFileSync(path, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function listPaths(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? listPaths(path) : [path]
  })
}

/** Beside this file in the source; above it when it is part of the bundle in `.build/server`. */
function templatesFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'server/templates/blank/template.json'))) {
    if (folder === dirname(folder))
      throw new Error('server/templates is missing: this installation is not whole.')
    folder = dirname(folder)
  }
  return join(folder, 'server/templates')
}
