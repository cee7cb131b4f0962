import { z } from 'zod'
import { BatchBody, BatchResults, FileList, FileWriteBody, ReadFile, WrittenFile } from '../files'
import { DirectoryNames, FileInfo, MoveBody, NameMatches, TextMatches, TreeListing } from '../workbench'
import { type Endpoint, enveloped, flag } from './endpoint'

const FILE_ERRORS = [
  'invalid_path',
  'file_not_found',
  'permission_denied',
  'not_directory',
  'unsupported',
] as const
const WRITE_ERRORS = [...FILE_ERRORS, 'is_directory', 'disk_full'] as const
const path = z.string().optional()
const ignore = z.array(z.string()).optional()
const limit = z.int().min(0).optional()

/** ComputeSDK's files. */
export const fileEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/files',
    tag: 'Files',
    summary: 'List the direct children of a directory',
    access: 'view',
    query: z.object({ path }),
    answers: { 200: enveloped(FileList) },
    errors: [...FILE_ERRORS],
  },
  {
    method: 'POST',
    path: '/files',
    tag: 'Files',
    summary: 'Write a file of text; parents are made',
    access: 'edit',
    body: FileWriteBody,
    answers: { 201: enveloped(WrittenFile) },
    errors: [...WRITE_ERRORS],
  },
  {
    method: 'GET',
    path: '/files/*',
    tag: 'Files',
    summary: 'Look at a file or directory, with its text where asked',
    description:
      '`/files/a` is `a` in the sandbox’s directory, `/files//a` is `/a`. HEAD says whether it is there.',
    access: 'view',
    query: z.object({ content: flag.optional() }),
    answers: { 200: enveloped(ReadFile) },
    errors: [...FILE_ERRORS, 'is_directory', 'too_large'],
  },
  {
    method: 'DELETE',
    path: '/files/*',
    tag: 'Files',
    summary: 'Delete a file, or a directory with all below it',
    access: 'edit',
    answers: { 204: null },
    errors: [...WRITE_ERRORS, 'not_empty'],
  },
  {
    method: 'POST',
    path: '/files/batch',
    tag: 'Files',
    summary: 'Write and delete many files at once',
    description:
      'One result per path, ascending by path; the last operation of a path wins. 207 where one of them failed.',
    access: 'edit',
    body: BatchBody,
    answers: { 200: enveloped(BatchResults), 207: enveloped(BatchResults) },
    errors: [],
  },
]

/** What Sandlot adds: bytes, directories and what is found in them. */
export const treeEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/raw/*',
    tag: 'Bytes',
    summary: 'Read the bytes of a file',
    access: 'view',
    headers: { Range: 'A part of it.', 'If-None-Match': 'Answers 304 where the file has this etag.' },
    answers: { 200: 'bytes', 206: 'bytes', 304: null },
    errors: [...FILE_ERRORS, 'is_directory', 'range_not_satisfiable'],
  },
  {
    method: 'PUT',
    path: '/raw/*',
    tag: 'Bytes',
    summary: 'Write the bytes of a file, all or nothing',
    access: 'edit',
    headers: {
      'If-Match': 'Only over the file that has this etag; else 412.',
      'If-None-Match': '`*`: only where there is no such file.',
    },
    body: 'bytes',
    answers: { 200: FileInfo },
    errors: [...WRITE_ERRORS, 'precondition_failed'],
  },
  {
    method: 'GET',
    path: '/names',
    tag: 'Tree',
    summary: 'List the names in a directory, in no order',
    access: 'view',
    query: z.object({ path }),
    answers: { 200: DirectoryNames },
    errors: [...FILE_ERRORS],
  },
  {
    method: 'GET',
    path: '/tree',
    tag: 'Tree',
    summary: 'List everything below a directory',
    access: 'view',
    query: z.object({ path, ignore, limit }),
    answers: { 200: TreeListing },
    errors: [...FILE_ERRORS],
  },
  {
    method: 'POST',
    path: '/directories',
    tag: 'Tree',
    summary: 'Make a directory and its parents',
    access: 'edit',
    body: z.object({ path: z.string().min(1) }),
    answers: { 201: FileInfo },
    errors: [...WRITE_ERRORS, 'already_exists'],
  },
  ...(['move', 'copy'] as const).map(
    (act): Endpoint => ({
      method: 'POST',
      path: `/${act}`,
      tag: 'Tree',
      summary: act === 'move' ? 'Move or rename' : 'Copy, a directory with all below it',
      access: 'edit',
      body: MoveBody,
      answers: { 200: FileInfo },
      errors: [...WRITE_ERRORS, 'already_exists', 'not_empty', 'conflict'],
    }),
  ),
  {
    method: 'GET',
    path: '/search/names',
    tag: 'Tree',
    summary: 'Find files by their names',
    access: 'view',
    query: z.object({ query: z.string().min(1).max(1000), path, ignore, limit }),
    answers: { 200: NameMatches },
    errors: [...FILE_ERRORS],
  },
  {
    method: 'GET',
    path: '/search/text',
    tag: 'Tree',
    summary: 'Find text in files',
    access: 'view',
    query: z.object({
      query: z.string().min(1).max(1000),
      path,
      ignore,
      limit,
      regex: flag.optional(),
      case: flag.optional(),
    }),
    answers: { 200: TextMatches },
    errors: [...FILE_ERRORS],
  },
]
