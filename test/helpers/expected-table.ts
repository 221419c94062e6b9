import { expect } from 'vitest';
import type { Slug } from '../../src/simulator/world/expected/expected-rows.ts';
import type { Wanted } from '../../src/simulator/world/expected/wanted.ts';
import type { Rivers } from './with-rivers.ts';

type Row = Readonly<Record<string, unknown>>;

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
  const rows = made.map((row) => columnsOf(row, attributeColumns));
  const held = contentOf(await sql(`select * from "${table}"`));
  const wantedRows = contentOf(rows);
  const [missing, surplus] = [without(wantedRows, held), without(held, wantedRows)];
  expect({ missing, surplus }, `${table}: of ${held.length} rows and ${rows.length} wanted`).toEqual({
    missing: [],
    surplus: [],
  });
  return rows.length;
}

/** The first of some texts that are not among others, each as often as it is there. */
function without(texts: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const text of others) left.set(text, (left.get(text) ?? 0) + 1);
  return texts
    .filter((text) => {
      const count = left.get(text) ?? 0;
      left.set(text, count - 1);
      return count <= 0;
    })
    .slice(0, 5);
}

/**
 * Rows as texts, whatever the order of their columns; the columns that River adds are left out. A number
 * is its digits and true is 1, as databases differ in that; a null is as good as no column.
 */
function contentOf(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(valuesOf(row).sort()));
}

function valuesOf(row: Row): string[] {
  return Object.entries(row)
    .filter(([name, value]) => !name.startsWith('_') && value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'boolean' ? Number(value) : String(value)}`);
}

function columnsOf({ CustomerAttributes, ...fields }: Row, attributeColumns: readonly string[]): Row {
  const values = (CustomerAttributes ?? []) as readonly unknown[];
  if (values.length !== attributeColumns.length)
    throw new Error(`${values.length} attributes came for ${attributeColumns.length} columns`);
  return Object.fromEntries([
    ...Object.entries(fields).map(([key, value]) => [columnOf(key), value]),
    ...attributeColumns.map((name, at) => [name, values[at]]),
  ]);
}

/** A documented key as a column, worked out apart from River: `RecipientGroupID` is recipient_group_id. */
function columnOf(key: string): string {
  return key
    .replace('ID', 'Id')
    .replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}
