/** One look for dropdown and context menus. */
export const menuPanel =
  'z-50 min-w-44 max-w-80 animate-appear overflow-y-auto rounded-medium border border-line-strong bg-surface p-1 text-13 text-ink shadow-float'

export const menuItem =
  'flex h-7 cursor-default items-center gap-2 rounded-small px-2 outline-none select-none data-highlighted:bg-hover data-disabled:text-ink-3 data-disabled:opacity-60 data-[danger=true]:text-bad data-[danger=true]:data-highlighted:bg-bad-soft [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-2 data-[danger=true]:[&_svg]:text-bad pointer-coarse:h-11'

export const menuLabel = 'px-2 py-1 text-12 text-ink-2'

export const menuSeparator = '-mx-1 my-1 h-px bg-line'
