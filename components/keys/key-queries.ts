'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { appClient } from '@/components/dashboard/app-client'

const KEYS = ['keys']

export function useKeys() {
  return useQuery({ queryKey: KEYS, queryFn: ({ signal }) => appClient.listKeys(signal) })
}

export function useCreateKey() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => appClient.createKey(name),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEYS }),
  })
}

export function useRevokeKey() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => appClient.deleteKey(id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEYS }),
  })
}
