'use client'

import { Copy } from 'lucide-react'
import { useId } from 'react'
import { copyText } from '@/components/dashboard/copy-text'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'

export function SecretField({ label, secret }: { label: string; secret: string }) {
  const id = useId()
  return (
    <>
      <Label htmlFor={id} className="mt-4 mb-1 block truncate">
        {label}
      </Label>
      <div className="flex gap-2">
        <Input
          id={id}
          readOnly
          size="large"
          className="font-code text-13"
          value={secret}
          onFocus={(event) => event.target.select()}
        />
        <Button size="large" onClick={() => void copyText(secret, 'The key is copied.')}>
          <Copy aria-hidden className="size-4" /> Copy
        </Button>
      </div>
    </>
  )
}
