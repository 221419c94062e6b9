import type { Knex } from 'knex';
import { provenanceColumns } from '#domain/column/column';
import type { TableColumn } from '#domain/column/table-type';
import type { ChunkPages, InsertJob, MergeJob, Row, Tables, Updated, Written } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { bringPages, castTo, copyShape, readShapes, toSql } from './write-rows.ts';

/*
 * `merge` in the server itself, a few statements for a chunk. Null equals null in a key, which no join can look for in an index or a
 * hash; so the rows are joined once for each pattern of nulls that their keys have, most often one: what is null in the pattern is
 * asked for with `is null`, the rest with `=`.
 */

type Sql = { readonly sql: string; readonly bindings: readonly Knex.RawBinding[] };

/** Numbers the rows that were collected, in the order in which they count. */
const inOrder = 'river_row';

export async function collectRows(tables: Tables, from: InsertJob, job: MergeJob): Promise<number> {
  const { pages } = from;
  if (!pages) throw new Error('a merge is of one chunk');
  const collected = tables.qualify(job.collected);
  const names = toNames(job);
  // Made in this transaction, so no other session ever sees it, and no log has to keep it.
  await tables.query.raw(
    `create unlogged table ?? as select ${names.map(() => '??').join(', ')} from ?? with no data`,
    [collected, ...names, tables.qualify(job.table)],
  );
  await tables.query.raw('alter table ?? add column ?? bigint generated always as identity', [
    collected,
    inOrder,
  ]);
  const rows = await fillCollected(tables, from, pages, job);
  const key = job.key.map((column) => toCompared('??', column)).join(', ');
  const removed = await tables.query.raw(
    `delete from ?? where ?? in (
       select ?? from (select ??, row_number() over (partition by ${key} order by ?? desc) as place from ??) line
       where place > 1)`,
    [
      collected,
      inOrder,
      inOrder,
      inOrder,
      ...job.key.map(({ name }) => identifier(name)),
      inOrder,
      collected,
    ],
  );
  // Else the server would take it for a table of a few rows.
  await tables.query.raw('analyze ??', [collected]);
  return rows - (removed as { rowCount: number }).rowCount;
}

/** In the order of slice, call, page and row. Says how many. */
async function fillCollected(
  tables: Tables,
  from: InsertJob,
  pages: ChunkPages,
  job: MergeJob,
): Promise<number> {
  const shapes = await readShapes(from);
  const lists = new Set(shapes.map(({ columns }) => columns));
  if (lists.size !== 1 || !shapes.every(({ is_packed }) => is_packed))
    return unpackPages(tables, from, pages, job);
  let rows = 0;
  for (const slice of pages.slices) {
    const shape = shapes.find((each) => each.slice === slice);
    if (shape) rows += await copyShape(tables, { ...from, table: job.collected }, shape);
  }
  return rows;
}

/** Where some pages are JSON the server unpacks all of them: a page in COPY's form does not say where its rows stand in it. */
async function unpackPages(
  tables: Tables,
  from: InsertJob,
  pages: ChunkPages,
  job: MergeJob,
): Promise<number> {
  const here = await bringPages(tables, from, 'all');
  // Pages of all slices are read at once.
  const lists = new Map((await readShapes(here)).map((shape) => [`${shape.columns} ${shape.extras}`, shape]));
  const shapes = [...lists.values()].map((shape) => selectShape(here, pages, job, shape));
  if (shapes.length === 0) return 0;
  const names = toNames(job);
  const inserted = await tables.query.raw(
    `insert into ?? (${names.map(() => '??').join(', ')})
     select ${job.columns.map((_, at) => `c${at}, `).join('')}?::text, ?::text, ?::text, ?::timestamptz
     from (${shapes.map(({ sql }) => sql).join(' union all ')}) line order by in_slice, in_call, in_page, in_row`,
    [
      tables.qualify(job.collected),
      ...names,
      ...[from.river, from.runId, pages.chunkColumn, from.loadedAt],
      ...shapes.flatMap(({ bindings }) => bindings),
    ] as Knex.RawBinding[],
  );
  return (inserted as { rowCount: number }).rowCount;
}

const toNames = ({ columns }: MergeJob): string[] => [
  ...columns.map(({ name }) => identifier(name)),
  ...provenanceColumns,
];

/** The rows of pages of one shape, in all columns of the job, each with its place in the chunk. */
function selectShape(from: InsertJob, pages: ChunkPages, job: MergeJob, { columns, extras }: Row): Sql {
  const shape = { columns: JSON.parse(String(columns)), extras: JSON.parse(String(extras)) };
  const filled = new Map(from.filledBy(shape).map((each) => [each.column.name, each]));
  const values = job.columns.map((column, at) => {
    const fill = filled.get(column.name);
    return `${fill ? toSql(fill) : castTo(column, 'null')} as c${at}, `;
  });
  return {
    sql: `select ${values.join('')}
            array_position(?::text[], page.slice) as in_slice, page.call as in_call, page.page as in_page,
            item.place as in_row
          from ?? page cross join lateral jsonb_array_elements(page.rows::jsonb) with ordinality item (line, place)
          where page.chunk = ? and page.slice = any (?::text[]) and page.columns = ? and page.extras = ?`,
    bindings: [
      [...pages.slices],
      from.staging.of.qualify(from.staging.name),
      pages.chunk,
      [...pages.slices],
      ...[columns, extras].map(String),
    ] as Knex.RawBinding[],
  };
}

export async function updateFound(tables: Tables, job: MergeJob): Promise<Updated> {
  const differs = toDiffers(job);
  const names = toNames(job);
  const [table, collected] = [tables.qualify(job.table), tables.qualify(job.collected)];
  const day = job.dayColumn === null ? undefined : identifier(job.dayColumn);
  const before: Row[] = [];
  let rows = 0;
  for (const pattern of await readPatterns(tables, job)) {
    const match = toMatch(job, pattern);
    const where = `${match.sql} and (${differs.sql})`;
    const bindings = [...match.bindings, ...differs.bindings];
    const value = day ? '??' : 'null::text';
    before.push(
      ...(await tables.rows(
        `select ${value} as was, ${value} as day, t._run_id as run, count(*) as rows from ?? t, ?? s where ${where}
         group by 1, 2, 3`,
        [...(day ? [`t.${day}`, `s.${day}`] : []), table, collected, ...bindings],
      )),
    );
    const updated = await tables.query.raw(
      `update ?? t set ${names.map(() => '?? = ??').join(', ')} from ?? s where ${where}`,
      [table, ...names.flatMap((name) => [name, `s.${name}`]), collected, ...bindings],
    );
    rows += (updated as { rowCount: number }).rowCount;
  }
  return {
    before: before.map(({ was, run, rows }) => ({ day: toDay(was), run: String(run), rows: Number(rows) })),
    ...countWritten(before),
    rows,
  };
}

export async function addMissing(tables: Tables, job: MergeJob): Promise<Written> {
  const names = toNames(job);
  const list = names.map(() => '??').join(', ');
  const [table, collected] = [tables.qualify(job.table), tables.qualify(job.collected)];
  const day = job.dayColumn === null ? undefined : identifier(job.dayColumn);
  const added: Row[] = [];
  for (const pattern of await readPatterns(tables, job)) {
    const match = toMatch(job, pattern);
    added.push(
      ...(await tables.rows(
        `with added as (
           insert into ?? (${list}) select ${names.map(() => '??').join(', ')} from ?? s
           where ${pattern.map((isNull) => `?? is ${isNull ? '' : 'not '}null`).join(' and ')}
             and not exists (select 1 from ?? t where ${match.sql})
           returning ${day ? '??' : 'null::text'} as day)
         select "day", count(*) as rows from added group by 1`,
        [
          table,
          ...names,
          ...names.map((name) => `s.${name}`),
          collected,
          ...job.key.map(({ name }) => `s.${identifier(name)}`),
          table,
          ...match.bindings,
          ...(day ? [day] : []),
        ],
      )),
    );
  }
  // What a trigger leaves out is found by `countFound`.
  return countWritten(added);
}

export async function countFound(tables: Tables, job: MergeJob): Promise<number> {
  let found = 0;
  for (const pattern of await readPatterns(tables, job)) {
    const match = toMatch(job, pattern);
    const [counted] = await tables.rows(
      `select count(*) as rows from ?? s where exists (select 1 from ?? t where ${match.sql})`,
      [tables.qualify(job.collected), tables.qualify(job.table), ...match.bindings],
    );
    found += Number(counted?.rows);
  }
  return found;
}

export async function dropCollected(tables: Tables, { collected }: MergeJob): Promise<void> {
  await tables.query.raw('drop table ??', [tables.qualify(collected)]);
}

/** Which columns of the key are null, in every way that occurs. */
async function readPatterns(tables: Tables, { collected, key }: MergeJob): Promise<boolean[][]> {
  const patterns = await tables.rows(
    `select distinct ${key.map((_, at) => `?? is null as n${at}`).join(', ')} from ??`,
    [...key.map(({ name }) => identifier(name)), tables.qualify(collected)],
  );
  return patterns.map((row) => key.map((_, at) => Boolean(row[`n${at}`])));
}

/** Of this river, and the same key. */
function toMatch({ river, key }: MergeJob, pattern: readonly boolean[]): Sql {
  const parts = key.map((_, at) => (pattern[at] ? '?? is null and ?? is null' : '?? = ??'));
  const columns = key.flatMap(({ name }) => [`t.${identifier(name)}`, `s.${identifier(name)}`]);
  return {
    sql: ['t._river = ?', ...parts].join(' and '),
    bindings: [river, ...columns],
  };
}

/** In any column but those of provenance; texts byte by byte. */
function toDiffers({ columns }: MergeJob): Sql {
  const parts = columns.map((column) => {
    const value = column.type?.kind === 'text' ? '??::text collate "C"' : '??';
    return `${value} is distinct from ${value}`;
  });
  return {
    sql: parts.join(' or '),
    bindings: columns.flatMap(({ name }) => [`t.${identifier(name)}`, `s.${identifier(name)}`]),
  };
}

/** As rows of a key are told apart: by bytes, which sorts faster, where that is the same. */
const toCompared = (value: string, { declared, type }: TableColumn): string =>
  type?.kind === 'text' && declared !== 'citext' ? `${value} collate "C"` : value;

function countWritten(groups: readonly Row[]): Written {
  const byDay = new Map<string | null, number>();
  let rows = 0;
  for (const group of groups) {
    const day = toDay(group.day);
    byDay.set(day, (byDay.get(day) ?? 0) + Number(group.rows));
    rows += Number(group.rows);
  }
  return { byDay, rows, expected: rows };
}

const toDay = (value: unknown): string | null => (value == null ? null : String(value).slice(0, 10));
