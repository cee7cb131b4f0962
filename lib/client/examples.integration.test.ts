import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '@/server/protocols/stack.test-support'
import { createProject, examplesOf, expectedOutput } from './examples.test-support'

const DOCUMENT = 'docs/client.md'
const { prelude, examples } = examplesOf(readFileSync(DOCUMENT, 'utf8'))
const fileOf = (line: number) => `line-${line}.mts`

let stack: Stack
let key: string
let project: ReturnType<typeof createProject>

beforeAll(async () => {
  project = createProject()
  for (const { line, code } of examples)
    project.write(fileOf(line), `${prelude}\n{\n${code}\n}\nawait sandbox.destroy()\n`)
  stack = await startStack()
  key = (await stack.newOwner()).key
})
afterAll(async () => {
  project?.remove()
  await stack?.stop()
})

describe(DOCUMENT, () => {
  it('has types for all that it shows, in a project that knows neither zod nor browsers', () => {
    expect(project.problems(examples.map(({ line }) => fileOf(line)))).toEqual([])
  })

  it.each(examples)('$title, line $line: prints what it says, and ends', async ({ line, code }) => {
    const env = { SANDLOT_URL: stack.origin, SANDLOT_API_KEY: key }
    const printed = (await project.run(fileOf(line), env)).split('\n').map((text) => text.trim())
    for (const expected of expectedOutput(code)) expect(printed).toContain(expected)
  })
})
