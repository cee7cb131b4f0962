'use client'

import { Dialog, DialogContent } from '@/components/ui/dialog'
import { OverlayForm } from './overlay-form'
import { OverlayList } from './overlay-list'
import { useStore } from './store'
import { useWorkbench } from './workbench-context'

/** Puts the files of a template into a folder, and tells which were put where. */
export function OverlaysDialog() {
  const { core, canEdit } = useWorkbench()
  const isOpen = useStore(core.dialog) === 'overlays'
  return (
    <Dialog open={isOpen} onOpenChange={(open) => !open && core.dialog.set(null)}>
      <DialogContent
        title={canEdit ? "Add a template's files" : "Templates' files"}
        description={
          canEdit
            ? 'They go into a folder of this sandbox. Files that are there already stay as they are.'
            : 'You may see what was put where. Adding and removing is for those who may edit.'
        }
        className="sm:max-w-xl"
      >
        {isOpen && canEdit && <OverlayForm />}
        <h3 className="mt-6 mb-2 text-13 font-semibold">Added so far</h3>
        {isOpen && <OverlayList />}
      </DialogContent>
    </Dialog>
  )
}
