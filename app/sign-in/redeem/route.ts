import { z } from 'zod'
import { limitedBody } from '@/app/api/app/limited-body'
import { redeemLink } from '@/lib/auth/redeem-link'
import { isSameOrigin } from '@/lib/auth/same-origin'

const Form = z.object({ token: z.string().min(1).max(200), email: z.string().min(3).max(320) })

/** The button of the sign-in page. The only thing that uses a sign-in link up. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request)) return seeOther('/sign-in?notice=origin')
  const body = await limitedBody(request).catch(() => '')
  const form = Form.safeParse(Object.fromEntries(new URLSearchParams(body)))
  const cookies = form.success ? await redeemLink(form.data) : null
  return cookies === null ? seeOther('/sign-in?notice=link') : seeOther('/', cookies)
}

/** A relative address: the browser stays on the host by which it came, where its cookie will be. */
function seeOther(location: string, cookies: string[] = []): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}
