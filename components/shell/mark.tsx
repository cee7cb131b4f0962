/** The same drawing as app/icon.svg, in the colours of the theme. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className={className}>
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path
        d="M20.9 11.3c-.9-1.7-2.6-2.7-5-2.7-2.9 0-4.9 1.5-4.9 3.7 0 4.9 10.2 2.4 10.2 7.4 0 2.3-2.1 3.9-5.2 3.9-2.6 0-4.6-1.1-5.5-3"
        className="fill-none stroke-accent-ink"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
