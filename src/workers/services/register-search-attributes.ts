import type { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType as encodeType } from '@temporalio/common/lib/search-attributes.js';
import { readSearchAttributes } from '#control/search-attributes';
import { riverSearchAttributes } from '#domain/run/temporal-names';

/** Registers the attributes that the namespace lacks, and returns their names. Several workers may do it at the same time. */
export async function registerSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
  wanted: Readonly<Record<string, SearchAttributeType>> = riverSearchAttributes,
): Promise<string[]> {
  const { missing } = await readSearchAttributes(connection, namespace, wanted);
  // One by one: if another worker registers the same ones, only those that it registered first are refused.
  for (const name of missing) {
    const type = wanted[name];
    const searchAttributes = { [name]: (type && encodeType(type)) ?? 0 };
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
  return [...missing];
}

/** gRPC status 6. */
function isAlreadyExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 6;
}
