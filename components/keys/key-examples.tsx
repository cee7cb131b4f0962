'use client'

import { Copy } from 'lucide-react'
import { copyText } from '@/components/dashboard/copy-text'
import { IconButton } from '@/components/ui/icon-button'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { curlExample, sdkExample } from './examples'

/** Two ways to try the key at once. */
export function KeyExamples({ apiUrl, apiKey }: { apiUrl: string; apiKey: string }) {
  return (
    <Tabs defaultValue="curl" className="mt-4">
      <TabsList aria-label="Examples" className="h-8 border-b">
        <TabsTrigger value="curl">curl</TabsTrigger>
        <TabsTrigger value="sdk">ComputeSDK</TabsTrigger>
      </TabsList>
      <TabsContent value="curl">
        <Example code={curlExample(apiUrl, apiKey)} />
      </TabsContent>
      <TabsContent value="sdk">
        <Example code={sdkExample(apiUrl, apiKey)} />
      </TabsContent>
    </Tabs>
  )
}

function Example({ code }: { code: string }) {
  return (
    <div className="relative mt-2">
      <section
        aria-label="Example"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus, for the keyboard to scroll it
        tabIndex={0}
        className="h-44 overflow-auto rounded-medium border bg-sunken p-3 pr-12"
      >
        <pre className="font-code text-12">{code}</pre>
      </section>
      <IconButton
        label="Copy example"
        className="absolute top-1 right-1 bg-sunken"
        onClick={() => void copyText(code, 'The example is copied.')}
      >
        <Copy aria-hidden />
      </IconButton>
    </div>
  )
}
