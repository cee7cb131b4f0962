import { Clock } from './clock'

export default function Page() {
  return (
    <main>
      <h1>Hello, world</h1>
      <p>Change this file and save: the page follows at once.</p>
      <Clock />
    </main>
  )
}
