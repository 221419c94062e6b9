import type { Knex } from 'knex';
import { provenanceColumns } from '#domain/column/column';
import type { TableColumn } from '#domain/column/table-type';
import type { InsertJob, MergeJob, Row, Tables, Updated, Written } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { sessionUnder } from './knex-client.ts';
import type { ScriptSession } from './script-session.ts';
import { type BulkWay, writeProvenance } from './write-rows.ts';

/*
 * `merge` by the warehouse's own statement of that name. The collected rows stand in a table of the chunk, one a key, before the transaction
 * is sent; two queries say what will be updated and what inserted. Null equals null in a key, so its columns are compared as texts
 * and by whether they are null: such comparisons a join can look up, `is not distinct from` it cannot.
 */

type Sql = { readonly sql: string; readonly bindings: readonly Knex.RawBinding[] };

export async function collectInBulk(
  way: BulkWay,
  tables: Tables,
  from: InsertJob,
  job: MergeJob,
): Promise<number> {
  const brought = await way.bring(tables, from);
  if (brought.rows === 0) throw new Error('a merge of no rows');
  const provenance = await writeProvenance(way, tables, from, brought.chunk);
  const texts = new Map(brought.columns.map(({ text, of }) => [of.name, text]));
  // What no page brings is null, in the type of its column.
  const value = (column: TableColumn) => way.castTo(column, texts.get(column.name) ?? 'cast(null as string)');
  const key = job.key.map((column) => `cast(${value(column)} as string)`);
  const schema = String(tables.schemaName);
  const session = await sessionUnder<ScriptSession>(tables);
  session.dropAfterwards(schema, job.collected);
  // One of an attempt that was killed.
  await session.driver.dropTable(schema, job.collected);
  const values = [...job.columns.map(value), ...provenance.values];
  await tables.query.raw(
    `${way.createPassing} as
     select ${values.map((each) => `${each} as ??`).join(', ')} from ??
     where true qualify row_number() over (partition by ${key.join(', ')} order by ${brought.number} desc) = 1`,
    withNames(tables, job, provenance.bindings, brought.table),
  );
  const [counted] = await tables.rows('select count(*) as counted from ??', [tables.qualify(job.collected)]);
  return Number(counted?.counted);
}

/** The bindings in the order of their places: the values of provenance stand just before their names. */
function withNames(
  tables: Tables,
  { collected, columns }: MergeJob,
  [river = '', runId = '', loadedAt = '']: readonly string[],
  from: string,
): string[] {
  return [
    tables.qualify(collected),
    ...columns.map(({ name }) => identifier(name)),
    ...[river, '_river', runId, '_run_id', '_chunk', loadedAt, '_loaded_at'],
    from,
  ];
}

export async function updateFound(tables: Tables, job: MergeJob): Promise<Updated> {
  const match = toMatch(job);
  const differs = toDiffers(job);
  const day = job.dayColumn === null ? undefined : identifier(job.dayColumn);
  const value = day ? '??' : 'cast(null as string)';
  const before = await tables.rows(
    `select ${value} as was, ${value} as day, t._run_id as run, count(*) as counted
     from ?? as t inner join ?? as s on ${match.sql} where ${differs.sql} group by 1, 2, 3`,
    [
      ...(day ? [`t.${day}`, `s.${day}`] : []),
      tables.qualify(job.table),
      tables.qualify(job.collected),
      ...match.bindings,
      ...differs.bindings,
    ],
  );
  return {
    before: before.map(({ was, run, counted }) => ({
      day: toDay(was),
      run: String(run),
      rows: Number(counted),
    })),
    ...countWritten(before),
  };
}

/** With them what `updateFound` has counted is updated. */
export async function addMissing(tables: Tables, job: MergeJob): Promise<Written> {
  const match = toMatch(job);
  const differs = toDiffers(job);
  const names = [...job.columns.map(({ name }) => identifier(name)), ...provenanceColumns];
  const [table, collected] = [tables.qualify(job.table), tables.qualify(job.collected)];
  const day = job.dayColumn === null ? undefined : identifier(job.dayColumn);
  const added = await tables.rows(
    `select ${day ? '??' : 'cast(null as string)'} as day, count(*) as counted
     from ?? as s left join ?? as t on ${match.sql} where t._river is null group by 1`,
    [...(day ? [`s.${day}`] : []), collected, table, ...match.bindings],
  );
  await tables.query.raw(
    `merge into ?? as t using ?? as s on ${match.sql}
     when matched and (${differs.sql}) then update set ${names.map(() => '?? = ??').join(', ')}
     when not matched then insert (${names.map(() => '??').join(', ')}) values (${names.map(() => '??').join(', ')})`,
    [
      table,
      collected,
      ...match.bindings,
      ...differs.bindings,
      ...names.flatMap((name) => [name, `s.${name}`]),
      ...names,
      ...names.map((name) => `s.${name}`),
    ],
  );
  return countWritten(added);
}

/** Nothing there undoes what was inserted. */
export const countFound = async (): Promise<number> => Number.POSITIVE_INFINITY;

/** The script that is about to be sent still reads it: it goes with the transaction. */
export const dropCollected = async (): Promise<void> => {};

/** Of this river, and the same key. */
function toMatch({ river, key }: MergeJob): Sql {
  const parts = key.map(
    () =>
      `coalesce(cast(?? as string), '') = coalesce(cast(?? as string), '') and (?? is null) = (?? is null)`,
  );
  const columns = key.flatMap(({ name }) => [`t.${identifier(name)}`, `s.${identifier(name)}`]);
  return {
    sql: ['t._river = ?', ...parts].join(' and '),
    bindings: [river, ...pairs(columns)],
  };
}

/** Each pair twice. */
const pairs = (names: readonly string[]): string[] =>
  Array.from({ length: names.length / 2 }, (_, at) => names.slice(2 * at, 2 * at + 2)).flatMap((pair) => [
    ...pair,
    ...pair,
  ]);

/** In any column but those of provenance. */
function toDiffers({ columns }: MergeJob): Sql {
  return {
    sql: columns.map(() => '?? is distinct from ??').join(' or '),
    bindings: columns.flatMap(({ name }) => [`t.${identifier(name)}`, `s.${identifier(name)}`]),
  };
}

function countWritten(groups: readonly Row[]): Written {
  const byDay = new Map<string | null, number>();
  let rows = 0;
  for (const { day, counted } of groups) {
    byDay.set(toDay(day), (byDay.get(toDay(day)) ?? 0) + Number(counted));
    rows += Number(counted);
  }
  return { byDay, rows, expected: rows };
}

const toDay = (value: unknown): string | null => (value == null ? null : String(value).slice(0, 10));
