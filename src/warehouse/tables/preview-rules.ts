import type { TableShape } from '#domain/column/river-table';
import type { Target } from '#domain/river/target';
import { sameName } from '../column-name.ts';
import type { Targets } from '../dialect.ts';

/** How the table has the columns that a river fills. */
export interface FilledColumns {
  /** All of them. */
  readonly filled: readonly string[];
  /** The table's name for a column of the river. */
  nameOf(name: string): string;
}

/**
 * What a table that is there may refuse besides what its columns hold: rows that are equal in too few columns, rows that a check, a foreign
 * key or a trigger does not let pass, rows that others need. Whether it will, only the rows show: so a person is told beforehand.
 */
export async function previewRules(
  tables: Targets,
  { table, load }: Pick<Target, 'table' | 'load'>,
  shape: TableShape,
  { filled, nameOf }: FilledColumns,
): Promise<string[]> {
  const rules = await tables.dialect.readRules?.(tables, table);
  if (!rules) return [];
  const same = (name: string) => sameName(tables.dialect, name);
  const own = new Set(filled.map(same));
  const key = (shape.mergeKey ?? shape.key).map((name) => nameOf(name));
  const uniques = rules.uniques.flatMap(({ name, columns }) => {
    const names = columns.flatMap((column) => column ?? []);
    // What a default or a person fills tells rows apart by itself; what an expression makes of them is not known.
    if (names.length < columns.length || names.some((each) => !own.has(same(each)))) return [];
    const by = new Set(names.map(same));
    if (by.has('_run_id')) return [];
    const apart = key.filter((each) => !by.has(same(each)));
    if (load === 'append')
      return [
        `${table} has the unique index ${name}: days that are loaded again fail their chunk (load: append)`,
      ];
    if (apart.length === 0) return [];
    return [
      `${table} has the unique index ${name} on ${names.join(', ')}: rows that differ only in ${apart.join(', ')} fail their chunk`,
    ];
  });
  const deletes = load === 'replace' || load === 'overwrite';
  return [
    ...uniques,
    ...(rules.guards.length > 0
      ? [`${table} has ${rules.guards.join(', ')}: a row that is refused or changed there fails its chunk`]
      : []),
    ...(deletes && rules.referring.length > 0
      ? [
          `${rules.referring.join(', ')} refers to ${table}: a row that is needed there cannot be deleted, which fails its chunk`,
        ]
      : []),
  ];
}
