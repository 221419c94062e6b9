import type { Tables } from '../dialect.ts';
import type { StagedType } from '../tables/staged-type.ts';
import { stagingOf } from './staging-table.ts';

/** A column as one of a chunk's pages has it. */
export interface StagedColumn {
  readonly name: string;
  readonly type: StagedType;
}

/** The columns of a chunk's pages, once for each different list of them. */
export async function stagedShapes(
  tables: Tables,
  runId: string,
  chunk: string,
  slices: readonly string[],
): Promise<StagedColumn[][]> {
  const shapes = await tables
    .from(stagingOf(runId))
    .distinct('columns', 'types')
    .where({ chunk })
    .whereIn('slice', slices)
    .where('row_count', '>', 0);
  return shapes.map((shape) => {
    const types = JSON.parse(String(shape.types)) as StagedType[];
    return (JSON.parse(String(shape.columns)) as string[]).map((name, place) => ({
      name,
      type: types[place] ?? 'text',
    }));
  });
}
