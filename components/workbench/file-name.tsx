import { shownName, splitName } from './shown-name'

/** A name in one line: its end is always seen, and each part is written in its own direction without turning the row's. */
export function FileName({ name, path }: { name: string; path: string }) {
  const { stem, ending } = splitName(shownName(name))
  return (
    // `pre`: a space at the beginning is a part of the name.
    <span className="flex min-w-0 whitespace-pre" title={shownName(path)}>
      <bdi className="overflow-hidden text-ellipsis">{stem}</bdi>
      {ending && (
        <bdi dir="ltr" className="shrink-0">
          {ending}
        </bdi>
      )}
    </span>
  )
}
