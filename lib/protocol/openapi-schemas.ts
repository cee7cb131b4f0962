import { z } from 'zod'
import type { Content } from './api/endpoint'
import { NAMED_SCHEMAS } from './api/named-schemas'

/** A part of the document; nobody but its reader looks inside. */
export type Json = Record<string, unknown>

const names = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries(NAMED_SCHEMAS)) names.add(schema, { id })

export function content(what: Content, io: 'input' | 'output', schemas: Record<string, Json>): Json {
  if (what === null) return {}
  if (what === 'bytes') return { 'application/octet-stream': {} }
  if (what === 'html') return { 'text/html': {} }
  return { 'application/json': { schema: shape(what, io, schemas) } }
}

/** A shape as JSON Schema; those that have a name are put among `schemas` and referred to. */
export function shape(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, Json>): Json {
  const {
    $schema: _,
    $defs,
    ...own
  } = z.toJSONSchema(schema, {
    metadata: names,
    io,
    // Who reads an answer must bear with fields that come later.
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false && io === 'output') delete jsonSchema.additionalProperties
    },
  })
  for (const [id, definition] of Object.entries($defs ?? {})) schemas[id] ??= renamed(definition as Json)
  return renamed(own)
}

/** Zod's references are within one schema, a document's within the document. */
function renamed(part: Json): Json {
  return JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/'))
}
