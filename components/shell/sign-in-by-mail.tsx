'use client'

import { useMutation } from '@tanstack/react-query'
import { signIn } from 'next-auth/react'
import { type FormEvent, useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'

/** Says the same whether or not the address is known here: who has an account is nobody's business. */
export function SignInByMail() {
  const id = useId()
  const [email, setEmail] = useState('')
  const send = useMutation({ mutationFn: () => signIn('email', { email, redirect: false }) })

  function submit(event: FormEvent): void {
    event.preventDefault()
    send.mutate()
  }

  if (send.isSuccess)
    return (
      <p role="status" className="rounded-large border bg-surface p-4">
        If {email} may sign in here, a link is on its way to it. It works once, within ten minutes.
      </p>
    )
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <Label htmlFor={id}>Your address</Label>
      <Input
        id={id}
        type="email"
        required
        size="large"
        autoComplete="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Button type="submit" variant="primary" size="large" isBusy={send.isPending}>
        Mail me a link
      </Button>
      {send.isError && (
        <p role="alert" className="text-13 text-bad">
          The request did not get through. Check the connection and try again.
        </p>
      )}
    </form>
  )
}
