import { z } from 'zod'
import {
  CreateSnapshotBody,
  RestoreBody,
  SandboxSnapshot,
  SandboxSnapshotBody,
  SandboxSnapshots,
  SnapshotSummary,
} from '../snapshots'
import { SandboxInfo } from '../workbench'
import { type Endpoint, Succeeded, succeeded } from './endpoint'

const MAKING_ERRORS = [
  'not_found',
  'conflict',
  'quota_exceeded',
  'provider_failed',
  'disk_full',
  'sandbox_not_found',
] as const

export const snapshotEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/snapshots',
    tag: 'Snapshots',
    summary: 'Keep the files of a sandbox as they are now',
    access: 'key',
    body: CreateSnapshotBody,
    answers: { 201: succeeded(SnapshotSummary) },
    errors: [...MAKING_ERRORS],
  },
  {
    method: 'GET',
    path: '/v1/snapshots',
    tag: 'Snapshots',
    summary: 'List your snapshots, newest first',
    access: 'key',
    answers: { 200: succeeded(z.array(SnapshotSummary)) },
  },
  {
    method: 'DELETE',
    path: '/v1/snapshots/:id',
    tag: 'Snapshots',
    summary: 'Delete a snapshot',
    access: 'key',
    answers: { 200: Succeeded },
    errors: ['not_found', 'provider_failed', 'conflict'],
  },
]

export const sandboxSnapshotEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/sandbox/snapshots',
    tag: 'Sandbox',
    summary: 'List the snapshots of this sandbox',
    access: 'own',
    answers: { 200: SandboxSnapshots },
  },
  {
    method: 'POST',
    path: '/sandbox/snapshots',
    tag: 'Sandbox',
    summary: 'Keep its files as they are now',
    access: 'own',
    body: SandboxSnapshotBody,
    answers: { 201: SandboxSnapshot },
    errors: [...MAKING_ERRORS],
  },
  {
    method: 'DELETE',
    path: '/sandbox/snapshots/:id',
    tag: 'Sandbox',
    summary: 'Delete one of its snapshots',
    access: 'own',
    answers: { 204: null },
    errors: ['not_found', 'provider_failed', 'conflict'],
  },
  {
    method: 'POST',
    path: '/sandbox/restore',
    tag: 'Sandbox',
    summary: 'Go back to a snapshot: all its files become those',
    access: 'own',
    body: RestoreBody,
    answers: { 200: SandboxInfo },
    errors: [...MAKING_ERRORS],
  },
]
