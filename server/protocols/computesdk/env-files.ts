import { parseEnvFile, removeFromEnvFile, updateEnvFile } from '@/lib/env-file'
import { SandboxError } from '@/lib/errors'
import { type EnvKeys, type EnvVariables, RemoveEnvBody, UpdateEnvBody } from '@/lib/protocol/env-files'
import { KeyedLock } from '../../sandbox/keyed-lock'
import type { Entry, SandboxTarget } from '../entry'
import type { Exchange } from '../exchange'
import { queryPath } from '../paths'
import type { RequestRoute } from '../site'
import { changeEnvText, readEnvText } from './env-text'

/** `.env` files: merged and taken from, with all else in them left as it was. */
export function envFileRoutes(entry: Entry): RequestRoute<SandboxTarget>[] {
  // Those who come through us wait for each other; against programs inside, the file's etag guards.
  const lock = new KeyedLock()
  return [
    {
      method: 'GET',
      pattern: '/env',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const { file, path } = await asked(entry, exchange, target)
        const { text } = await readEnvText(agent, path)
        const answer: EnvVariables = {
          status: 'success',
          message: 'Environment variables',
          data: { file, variables: parseEnvFile(text) },
        }
        exchange.send(200, answer)
      },
    },
    {
      method: 'HEAD',
      pattern: '/env',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'view')
        const { path } = await asked(entry, exchange, target)
        const { type, targetType } = await agent.stat(path)
        if (type === 'directory' || targetType === 'directory')
          throw new SandboxError('is_directory', `This is a directory: ${path}`)
        exchange.response.writeHead(200)
        exchange.response.end()
      },
    },
    {
      method: 'POST',
      pattern: '/env',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const { file, path } = await asked(entry, exchange, target)
        const { variables } = await exchange.json(UpdateEnvBody)
        const change = (text: string | null) => updateEnvFile(text ?? '', variables)
        await lock.run(`${target.id} ${path}`, () => changeEnvText(agent, path, change))
        exchange.send(200, changed('Environment variables written', file, Object.keys(variables)))
      },
    },
    {
      method: 'DELETE',
      pattern: '/env',
      async handle(exchange, target) {
        const agent = await entry.agent(exchange, target, 'edit')
        const { file, path } = await asked(entry, exchange, target)
        const { keys } = await exchange.json(RemoveEnvBody)
        let gone: string[] = []
        const change = (text: string | null) => {
          if (text === null) throw new SandboxError('file_not_found', `File not found: ${path}`)
          const result = removeFromEnvFile(text, keys)
          gone = result.removed
          return result.text
        }
        await lock.run(`${target.id} ${path}`, () => changeEnvText(agent, path, change))
        exchange.send(200, changed('Environment variables removed', file, gone))
      },
    },
  ]
}

async function asked(entry: Entry, exchange: Exchange, target: SandboxTarget) {
  const asked = queryPath(exchange.request.url, 'file')
  if (asked === null || asked.segments.length === 0)
    throw new SandboxError('bad_request', 'Say which file is meant: /env?file=.env')
  const file = `${asked.isAbsolute ? '/' : ''}${asked.segments.join('/')}`
  return { file, path: await entry.resolve(target, asked) }
}

function changed(message: string, file: string, keys: string[]): EnvKeys {
  return { status: 'success', message, data: { file, keys } }
}
