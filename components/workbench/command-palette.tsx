'use client'

import { useQuery } from '@tanstack/react-query'
import { Command as CommandMenu } from 'cmdk'
import { Dialog } from 'radix-ui'
import { useState } from 'react'
import { Kbd } from '@/components/ui/kbd'
import { useReturnFocus } from '@/components/ui/use-return-focus'
import { toSandboxError } from '@/lib/errors'
import type { Command } from './commands'
import { baseName, parentPath, relativePath } from './file-paths'
import { queryKeys } from './query-keys'
import { UNSEARCHED } from './side-search'
import { useStore } from './store'
import { useDebounced } from './use-debounced'
import { useWorkbench } from './workbench-context'

export type PaletteMode = 'files' | 'commands'
export type CommandPaletteProps = {
  mode: PaletteMode | null
  onClose: () => void
  commands: readonly Command[]
}

const TYPING_PAUSE_MS = 80
const MAX_FILES = 50
/** Typed first, it turns the list of files into that of commands, as in VS Code. */
const COMMAND_SIGN = '>'

/** Files by name, and everything else by what it is called. */
export function CommandPalette({ mode, onClose, commands }: CommandPaletteProps) {
  const returnFocus = useReturnFocus()
  return (
    <Dialog.Root open={mode !== null} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40" />
        <Dialog.Content
          {...returnFocus}
          aria-describedby={undefined}
          className="fixed inset-x-2 top-2 z-50 mx-auto max-w-140 animate-appear overflow-hidden rounded-large border border-line-strong bg-surface shadow-float outline-none"
        >
          <Dialog.Title className="sr-only">Go to file or run a command</Dialog.Title>
          {mode && (
            <Palette first={mode === 'commands' ? COMMAND_SIGN : ''} onClose={onClose} commands={commands} />
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

type PaletteProps = { first: string; onClose: () => void; commands: readonly Command[] }

function Palette({ first, onClose, commands }: PaletteProps) {
  const [text, setText] = useState(first)
  const isCommands = text.startsWith(COMMAND_SIGN)
  const query = (isCommands ? text.slice(COMMAND_SIGN.length) : text).trim()
  return (
    <CommandMenu label="Go to file or run a command" shouldFilter={false} loop>
      <CommandMenu.Input
        value={text}
        onValueChange={setText}
        placeholder={`Name of a file; ${COMMAND_SIGN} for commands`}
        className="h-11 w-full border-b bg-transparent px-4 text-14 outline-none pointer-coarse:text-16"
      />
      <CommandMenu.List className="max-h-[60vh] overflow-y-auto p-1">
        {isCommands ? (
          <CommandItems query={query} commands={commands} onClose={onClose} />
        ) : (
          <FileItems query={query} onClose={onClose} />
        )}
      </CommandMenu.List>
    </CommandMenu>
  )
}

const ITEM =
  'flex h-8 cursor-default items-center gap-2 rounded-small px-3 text-13 data-[selected=true]:bg-selected pointer-coarse:h-11'

function CommandItems({
  query,
  commands,
  onClose,
}: {
  query: string
  commands: readonly Command[]
  onClose: () => void
}) {
  const words = query.toLowerCase().split(/\s+/)
  const found = commands.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)))
  if (found.length === 0) return <Note text="No command of this name." />
  return found.map((command) => (
    <CommandMenu.Item
      key={command.id}
      value={command.id}
      className={ITEM}
      onSelect={() => {
        onClose()
        command.run()
      }}
    >
      {command.title}
      {command.keys && (
        <span className="ml-auto">
          <Kbd>{command.keys}</Kbd>
        </span>
      )}
    </CommandMenu.Item>
  ))
}

function FileItems({ query, onClose }: { query: string; onClose: () => void }) {
  const { core, info } = useWorkbench()
  const { files } = useStore(core.files.state)
  const settled = useDebounced(query, TYPING_PAUSE_MS)
  const result = useQuery({
    queryKey: queryKeys.names(settled),
    queryFn: ({ signal }) =>
      core.client.searchNames(settled, {
        path: info.directory,
        ignore: UNSEARCHED,
        limit: MAX_FILES,
        signal,
      }),
    enabled: settled !== '',
    placeholderData: (before) => before,
    retry: false,
  })
  const paths = query === '' ? files.map((file) => file.path) : (result.data?.paths ?? [])
  if (query === '' && paths.length === 0) return <Note text="Type a part of a file's name." />
  if (query !== '' && result.error) return <Note text={toSandboxError(result.error).message} />
  if (query !== '' && paths.length === 0)
    return <Note text={result.data ? 'No file of this name.' : 'Searching…'} />
  return paths.map((path) => (
    <CommandMenu.Item
      key={path}
      value={path}
      className={ITEM}
      onSelect={() => {
        onClose()
        core.files.open(path)
        core.view.set({ phonePane: 'code' })
      }}
    >
      <span className="shrink-0">{baseName(path)}</span>
      <span className="truncate text-12 text-ink-3">{folderOf(path, info.directory)}</span>
    </CommandMenu.Item>
  ))
}

function folderOf(path: string, root: string): string {
  const folder = parentPath(path)
  return folder === root ? '' : relativePath(folder, root)
}

function Note({ text }: { text: string }) {
  return <p className="px-3 py-2 text-13 text-ink-3">{text}</p>
}
