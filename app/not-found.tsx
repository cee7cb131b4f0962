import Link from 'next/link'
import { Button } from '@/components/ui/button'

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-start justify-center gap-2 p-6">
      <h1 className="text-20 font-semibold">There is nothing at this address</h1>
      <p className="text-ink-2">The page may have moved, or the link may be incomplete.</p>
      <Button asChild variant="primary" className="mt-4">
        <Link href="/" prefetch={false}>
          Go to your sandboxes
        </Link>
      </Button>
    </main>
  )
}
