/** Absolute POSIX paths, as the sandbox has them. */

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || '/'
}

export function parentPath(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}

export function joinPath(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`
}

/** Whether a path is a directory or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`)
}

/** The path as seen from a directory; paths outside stay absolute. */
export function relativePath(path: string, directory: string): string {
  if (path === directory) return baseName(path)
  return isWithin(path, directory) ? path.slice(directory === '/' ? 1 : directory.length + 1) : path
}

/** Where a path is after `from` was moved to `to`. */
export function movedPath(path: string, from: string, to: string): string {
  return isWithin(path, from) ? to + path.slice(from.length) : path
}

/** All directories from just below `root` down to the parent of a path: what must be open for it to be seen. */
export function directoriesAbove(path: string, root: string): string[] {
  const above: string[] = []
  let at = parentPath(path)
  while (at !== root && isWithin(at, root) && at !== '/') {
    above.unshift(at)
    at = parentPath(at)
  }
  return above
}

/** Why a name cannot be used, as a sentence, or null. */
export function nameProblem(name: string): string | null {
  if (name.trim() === '') return 'Type a name.'
  if (name.split('/').some((part) => part === '.' || part === '..' || part === '')) {
    return 'A name cannot have empty parts, "." or "..".'
  }
  if (name.includes('\0')) return 'A name cannot contain NUL.'
  if (new TextEncoder().encode(name).length > 255) return 'Names end at 255 bytes.'
  return null
}
