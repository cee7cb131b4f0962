'use client'

import { Copy, Eye, EyeOff, Trash2, TriangleAlert } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { cn } from '@/components/ui/class-names'
import { IconButton } from '@/components/ui/icon-button'
import { toast } from '@/components/ui/toast'
import type { EnvRow } from '@/lib/env-rows'
import { EnvNameField, EnvValueField } from './env-fields'

export type EnvRowViewProps = {
  row: EnvRow
  /** Whether the value is on the page. */
  isShown: boolean
  /** Somebody goes to this line. */
  isWanted: boolean
  isReadOnly: boolean
  onShow: (isShown: boolean) => void
  onRename: (name: string) => void
  onValue: (value: string) => void
  onEndStep: () => void
  onRemove: () => void
}

export function EnvRowView(props: EnvRowViewProps) {
  const { row, isShown, isWanted, isReadOnly, onShow, onRemove } = props
  const { name, value, comment } = row
  const element = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (isWanted) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isWanted])
  return (
    <tr
      ref={element}
      className={cn(
        'group border-b align-top hover:bg-hover max-sm:relative max-sm:block max-sm:py-1 max-sm:pr-36 max-sm:pl-2',
        isWanted && 'bg-selected',
      )}
    >
      <th scope="row" className="py-1 pr-2 pl-2 text-left font-normal max-sm:block max-sm:p-0">
        <EnvNameField
          name={name}
          line={row.line}
          isReadOnly={isReadOnly}
          onRename={props.onRename}
          onEndStep={props.onEndStep}
        />
        {row.overriddenOnLine !== null && <Overridden line={row.overriddenOnLine} />}
      </th>
      <td className="py-1 pr-2 max-sm:block max-sm:p-0">
        {isShown ? (
          <EnvValueField
            name={name}
            value={value}
            isReadOnly={isReadOnly}
            onValue={props.onValue}
            onEndStep={props.onEndStep}
          />
        ) : (
          <Hidden isEmpty={value === ''} />
        )}
        {/* What stands after a # may be the end of a secret that somebody forgot to quote. */}
        {isShown && comment !== '' && <p className="px-2 pb-1 text-12 text-ink-2"># {comment}</p>}
      </td>
      <td className="py-1 pr-2 text-right whitespace-nowrap max-sm:absolute max-sm:top-1 max-sm:right-0 max-sm:py-0">
        <IconButton
          size="small"
          className="sm:size-7"
          label={isShown ? `Hide value of ${name}` : `Show value of ${name}`}
          onClick={() => onShow(!isShown)}
        >
          {isShown ? <EyeOff /> : <Eye />}
        </IconButton>
        <IconButton
          size="small"
          className="sm:size-7"
          label={`Copy value of ${name}`}
          onClick={() => void copyUnseen(value, name)}
        >
          <Copy />
        </IconButton>
        {!isReadOnly && (
          <IconButton size="small" className="sm:size-7" label={`Remove ${name}`} onClick={onRemove}>
            <Trash2 />
          </IconButton>
        )}
      </td>
    </tr>
  )
}

/** As long for every value: its length is a part of the secret. */
function Hidden({ isEmpty }: { isEmpty: boolean }) {
  return (
    <span className="flex h-7 items-center px-2 text-ink-3 select-none">
      <span className="sr-only">{isEmpty ? '' : 'Hidden'}</span>
      {isEmpty ? (
        <span className="text-12">empty</span>
      ) : (
        <span aria-hidden className="font-code tracking-widest">
          ••••••••
        </span>
      )}
    </span>
  )
}

function Overridden({ line }: { line: number }) {
  return (
    <p className="flex items-start gap-1.5 px-2 pb-1 text-12 text-ink-2">
      <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0 text-warn" />
      Set again on line {line}, which counts
    </p>
  )
}

/** Unlike other texts, this one is never shown where it cannot be copied. */
async function copyUnseen(value: string, name: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(value)
    toast.success(`Value of ${name} copied.`)
  } catch {
    toast.error('This browser does not let the page copy. Show the value and copy it by hand.')
  }
}
