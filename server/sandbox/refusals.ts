import { SandboxError } from '@/lib/errors'

export function notFound(): SandboxError {
  return new SandboxError(
    'sandbox_not_found',
    'There is no such sandbox. It may have been deleted or have expired.',
  )
}

export function stopped(reason?: string | null): SandboxError {
  const why = reason ? ` ${reason}` : ''
  return new SandboxError('sandbox_stopped', `This sandbox does not run.${why} Start it and try again.`)
}

export function unlessGone(error: unknown): void {
  if (!(error instanceof SandboxError && error.code === 'sandbox_not_found')) throw error
}
