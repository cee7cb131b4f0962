'use client'

import { Button } from '@/components/ui/button'
import { Dialog, DialogContent, DialogFooter } from '@/components/ui/dialog'
import { baseName } from './file-paths'
import { runAction } from './run-action'
import { useWorkbench } from './workbench-context'

/** Asks what becomes of the edits in a tab that is closed. */
export function UnsavedDialog({ path, onDone }: { path: string | null; onDone: () => void }) {
  const { core } = useWorkbench()
  const name = path ? baseName(path) : ''

  async function saveAndClose() {
    if (!path) return
    await core.files.save(path)
    // A conflict is not saved: the tab stays, and says what to do.
    if (!core.files.find(path)?.isDirty) core.files.close(path)
    onDone()
  }

  return (
    <Dialog open={path !== null} onOpenChange={(isOpen) => !isOpen && onDone()}>
      <DialogContent
        title={`Save ${name}?`}
        description="It has changes that are not saved. Without saving they are lost."
      >
        <DialogFooter>
          <Button onClick={onDone}>Cancel</Button>
          <Button
            onClick={() => {
              if (path) core.files.close(path)
              onDone()
            }}
          >
            Do not save
          </Button>
          <Button variant="primary" onClick={() => runAction(saveAndClose)}>
            Save
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
