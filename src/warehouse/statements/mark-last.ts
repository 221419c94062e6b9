import type { Tables } from '../dialect.ts';
import { stagingOf } from './staging-table.ts';

/** Says of a staged page whether its call is finished with it. */
export async function markLast(
  tables: Tables,
  runId: string,
  of: {
    readonly chunk: string | null;
    readonly slice: string;
    readonly call: string;
    readonly page: number;
  },
  last: boolean,
): Promise<void> {
  await tables
    .from(stagingOf(runId))
    .where({ ...of, chunk: of.chunk ?? '' })
    .update({ last });
}
