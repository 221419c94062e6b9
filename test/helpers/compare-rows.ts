export type Row = Readonly<Record<string, unknown>>;

export interface ComparedRows {
  /** Rows that the simulator was made with, as it answers them. */
  readonly made: readonly Row[];
  /** Rows of a table, as the database gives them. */
  readonly held: readonly Row[];
  /** The columns of the wanted attributes, in their order. */
  readonly attributeColumns?: readonly string[];
}

/** The first rows that are not in the table, and the first that should not be: value by value, each as often as it is there. */
export function compareRows({ made, held, attributeColumns = [] }: ComparedRows): {
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
} {
  const wanted = contentOf(made.map((row) => columnsOf(row, attributeColumns)));
  const there = contentOf(held);
  return { missing: without(wanted, there), surplus: without(there, wanted) };
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

const columns = new Map<string, string>();

/** A documented key as a column, worked out apart from River, once for all rows: `RecipientGroupID` is recipient_group_id. */
function columnOf(key: string): string {
  const known = columns.get(key);
  if (known !== undefined) return known;
  const column = key
    .replace('ID', 'Id')
    .replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
  columns.set(key, column);
  return column;
}
