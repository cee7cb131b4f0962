import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type PrimitiveValueListNode,
  type QueryResult,
  type RootOperationNode,
  type UnknownRow,
  type ValueNode,
} from 'kysely'
import { SandboxError } from '@/lib/errors'

/** PostgreSQL cannot store a NUL in text and SQLite may cut at it, so both refuse it here, alike and with a sentence. */
export class RefuseNul implements KyselyPlugin {
  readonly #check = new NulCheck()

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    return this.#check.transformNode(args.node, args.queryId)
  }

  async transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return args.result
  }
}

class NulCheck extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    refuse(node.value)
    return node
  }

  protected override transformPrimitiveValueList(node: PrimitiveValueListNode): PrimitiveValueListNode {
    for (const value of node.values) refuse(value)
    return node
  }
}

function refuse(value: unknown): void {
  if (typeof value !== 'string' || !value.includes('\0')) return
  throw new SandboxError(
    'bad_request',
    'A text contains the NUL character, which cannot be stored. Remove it.',
  )
}
