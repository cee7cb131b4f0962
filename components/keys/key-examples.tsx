'use client'

import { Copy } from 'lucide-react'
import { useState } from 'react'
import { copyText } from '@/components/dashboard/copy-text'
import { IconButton } from '@/components/ui/icon-button'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { curlExample, sdkExample } from './examples'

/** Two ways to try the key at once. */
export function KeyExamples({ apiUrl, apiKey }: { apiUrl: string; apiKey: string }) {
  const [chosen, setChosen] = useState('curl')
  const examples = { curl: curlExample(apiUrl, apiKey), sdk: sdkExample(apiUrl, apiKey) }
  const shown = chosen === 'sdk' ? examples.sdk : examples.curl
  return (
    <Tabs value={chosen} onValueChange={setChosen} className="mt-4">
      <div className="flex items-stretch border-b">
        <TabsList aria-label="Examples" className="min-h-10 flex-1">
          <TabsTrigger value="curl">curl</TabsTrigger>
          <TabsTrigger value="sdk">ComputeSDK</TabsTrigger>
        </TabsList>
        <IconButton
          label="Copy example"
          className="self-center"
          onClick={() => void copyText(shown, 'The example is copied.')}
        >
          <Copy aria-hidden />
        </IconButton>
      </div>
      <Example value="curl" code={examples.curl} />
      <Example value="sdk" code={examples.sdk} />
    </Tabs>
  )
}

/** The panel takes the focus, so that the keyboard can scroll it. */
function Example({ value, code }: { value: string; code: string }) {
  return (
    <TabsContent value={value} className="mt-2 h-48 overflow-auto rounded-medium border bg-sunken p-3">
      <pre className="font-code text-12">{code}</pre>
    </TabsContent>
  )
}
