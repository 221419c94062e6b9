import { expect } from 'vitest';
import type { Slug } from '#simulator/world/expected/expected-rows';
import type { Wanted } from '#simulator/world/expected/loops';
import { compareRows, type Row } from './compare-rows.ts';
import type { Rivers } from './with-rivers.ts';

/** What a table is to hold. */
export interface ExpectedTable {
  readonly table: string;
  readonly slug: Slug;
  readonly wanted?: Wanted;
  /** The columns of the wanted attributes, in their order. */
  readonly attributeColumns?: readonly string[];
  /** What becomes of a row of the simulator's on its way. */
  readonly spelled?: (row: Row) => Row;
}

/** The table holds the rows that the simulator was made with, value by value, and no others. Returns how many. */
export async function expectTable({ sql, simulator }: Rivers, expected: ExpectedTable): Promise<number> {
  const { slug, table, wanted = {}, attributeColumns = [], spelled = (row) => row } = expected;
  const made = simulator.world.rows(slug, wanted).map(spelled);
  const held = await sql(`select * from "${table}"`);
  const compared = compareRows({ made, held, attributeColumns });
  expect(compared, `${table}: of ${held.length} rows and ${made.length} wanted`).toEqual({
    missing: [],
    surplus: [],
  });
  return made.length;
}
