export interface SignInLink {
  token: string
  email: string
}

/** The link that the address carries behind its `#`; null where there is none. */
export function linkOfFragment(fragment: string): SignInLink | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''))
  const token = fields.get('token')
  const email = fields.get('email')
  return token && email ? { token, email } : null
}
