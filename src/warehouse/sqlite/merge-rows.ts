import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Knex } from 'knex';
import { provenanceColumns } from '#domain/column/column';
import { SchemaConflictError } from '#domain/errors';
import type { InsertJob, MergeJob, Row, Tables, Updated, Written } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { insertPages, readIdentity } from './write-rows.ts';

/*
 * `merge` in temporary tables, which never reach the file. The collected rows are numbered there as they come, and each statement works
 * on some thousand of them, so that the event loop has its turns. Which rows of the target have their keys is written down first, by
 * what identifies a row there. Where no index of the target begins with the key, one is made of a copy of its keys: without it each row would look
 * through the whole table. Texts are compared byte by byte, whatever a column's collation.
 */

const rowsAtATime = 10_000;

const matchesOf = ({ collected }: MergeJob): string => `${collected}_matches`;
const keysOf = ({ collected }: MergeJob): string => `${collected}_keys`;

export async function collectRows(tables: Tables, pages: InsertJob, job: MergeJob): Promise<number> {
  const { collected, columns } = job;
  const declared = columns.map(({ declared }) => toDeclared(declared));
  await tables.query.raw(
    `create temporary table ?? (${declared.map((type) => `?? ${type}, `).join('')}${provenanceColumns.join(', ')})`,
    [collected, ...columns.map(({ name }) => identifier(name))],
  );
  await indexKeys(tables, job, collected);
  const { bySlice } = await insertPages(tables, { ...pages, table: collected });
  const same = toSame(job, 'early', 'late');
  let rows = [...bySlice.values()].reduce((sum, count) => sum + count, 0);
  await inBatches(tables, job, 'early', async (batch) => {
    rows -= await change(
      tables,
      `delete from ?? as early where ${batch.sql} and exists (
         select 1 from ?? late where ${same.sql} and late._rowid_ > early._rowid_)`,
      [collected, ...batch.bindings, collected, ...same.bindings],
    );
  });
  await match(tables, job);
  return rows;
}

/** Writes down which rows of the target have the keys of which collected ones. */
async function match(tables: Tables, job: MergeJob): Promise<void> {
  const { table, key } = job;
  const identity = await readIdentity(tables, table);
  if (identity.length === 0) throw withoutIdentity(table);
  const names = identity.map((_, at) => `id${at}`);
  await tables.query.raw(`create temporary table ?? (place integer, ${names.join(', ')})`, [matchesOf(job)]);
  await tables.query.raw('create index temp.?? on ?? (place)', [
    `${matchesOf(job)}_by_place`,
    matchesOf(job),
  ]);
  const sought = key.map(({ name }) => name);
  const hasIndex =
    (await tables.dialect.hasIndexOn(tables, table, ['_river', ...sought])) ||
    (await tables.dialect.hasIndexOn(tables, table, sought));
  if (!hasIndex) await copyKeys(tables, job, identity);
  const same = toSame(job, 't', 's');
  const [from, ofRiver] = hasIndex
    ? [table, ['t._river = ?', [job.river]] as const]
    : [keysOf(job), ['true', []] as const];
  const ids = hasIndex ? identity : names;
  await inBatches(tables, job, 's', async (batch) => {
    await tables.query.raw(
      // In this order: each collected row looks for its own in the index.
      `insert into ?? select s._rowid_, ${ids.map(() => '??').join(', ')} from ?? s cross join ?? t
       where ${batch.sql} and ${ofRiver[0]} and ${same.sql}`,
      [
        matchesOf(job),
        ...ids.map((name) => `t.${name}`),
        job.collected,
        from,
        ...batch.bindings,
        ...ofRiver[1],
        ...same.bindings,
      ],
    );
  });
}

const withoutIdentity = (table: string): SchemaConflictError =>
  new SchemaConflictError(
    `The rows of ${table} cannot be told apart, as it has columns named rowid, oid and _rowid_. Rename one, or use another load mode.`,
    { facts: { table } },
  );

/** The keys of the river's rows in the target, with what identifies each row; some thousand at a time. */
async function copyKeys(tables: Tables, job: MergeJob, identity: readonly string[]): Promise<void> {
  const keys = keysOf(job);
  const ids = identity.map((_, at) => `id${at}`);
  const names = job.key.map(({ name }) => identifier(name));
  const declared = job.key.map(({ declared }) => `?? ${toDeclared(declared)}, `);
  await tables.query.raw(`create temporary table ?? (${declared.join('')}${ids.join(', ')})`, [
    keys,
    ...names,
  ]);
  await indexKeys(tables, job, keys);
  const list = [...names, ...identity];
  let after: Row | undefined;
  do {
    const next = tables
      .from(job.table)
      .where('_river', job.river)
      .orderBy([...identity])
      .limit(rowsAtATime)
      .select(...list.map((name, at) => tables.query.ref(name).as(`v${at}`)));
    const position = identity.map((_, at) => after?.[`v${names.length + at}`]) as Knex.RawBinding[];
    if (after)
      next.whereRaw(`(${identity.map(() => '??').join(', ')}) > (${identity.map(() => '?').join(', ')})`, [
        ...identity,
        ...position,
      ]);
    const [last] = await tables.query
      .from(next.clone().as('batch'))
      .orderBy(identity.map((_, at) => ({ column: `v${names.length + at}`, order: 'desc' as const })))
      .limit(1)
      .select<Row[]>('*');
    if (last) await tables.query(keys).insert(next);
    after = last;
    await nextTurn();
  } while (after);
}

async function indexKeys(tables: Tables, { key }: MergeJob, table: string): Promise<void> {
  await tables.query.raw(`create index temp.?? on ?? (${key.map(() => '??').join(', ')})`, [
    `${table}_by_key`,
    table,
    ...key.map(({ name }) => identifier(name)),
  ]);
}

export async function dropCollected(tables: Tables, job: MergeJob): Promise<void> {
  for (const table of [job.collected, matchesOf(job), keysOf(job)])
    await tables.query.raw('drop table if exists ??', [table]);
}

/** A name of a type that only a STRICT table knows would be read as another one. */
const toDeclared = (declared: string): string =>
  /^[a-z_ ]+(\([\d, ]+\))?$/.test(declared) && declared !== 'any' ? declared : '';

export async function updateFound(tables: Tables, job: MergeJob): Promise<Updated> {
  const { table, collected } = job;
  const differs = toDiffers(job);
  const names = [...job.columns.map(({ name }) => identifier(name)), ...provenanceColumns];
  const identity = await readIdentity(tables, table);
  const found = [
    's._rowid_ = m.place',
    ...identity.map((_, at) => `?? = m.id${at}`),
    `(${differs.sql})`,
  ].join(' and ');
  const day = job.dayColumn === null ? undefined : identifier(job.dayColumn);
  const value = day ? '??' : 'null';
  const before: Row[] = [];
  let rows = 0;
  await inBatches(tables, job, 's', async (batch) => {
    const where = `${batch.sql.replaceAll('s._rowid_', 'm.place')} and ${found}`;
    const bindings = [...batch.bindings, ...identity.map((name) => `t.${name}`), ...differs.bindings];
    const differing = await tables.rows(
      `select ${value} as was, ${value} as day, t._run_id as run, count(*) as rows
       from ?? m cross join ?? s cross join ?? t where ${where} group by 1, 2, 3`,
      [...(day ? [`t.${day}`, `s.${day}`] : []), matchesOf(job), collected, table, ...bindings],
    );
    if (differing.length === 0) return;
    before.push(...differing);
    rows += await change(
      tables,
      `update ?? as t set ${names.map(() => '?? = ??').join(', ')} from ?? m cross join ?? s where ${where}`,
      [table, ...names.flatMap((name) => [name, `s.${name}`]), matchesOf(job), collected, ...bindings],
    );
  });
  return {
    before: before.map(({ was, run, rows }) => ({ day: toDay(was), run: String(run), rows: Number(rows) })),
    ...countWritten(before, rows),
  };
}

export async function addMissing(tables: Tables, job: MergeJob): Promise<Written> {
  const { table, collected } = job;
  const names = [...job.columns.map(({ name }) => identifier(name)), ...provenanceColumns];
  const day = job.dayColumn === null ? undefined : identifier(job.dayColumn);
  const added: Row[] = [];
  let rows = 0;
  await inBatches(tables, job, 's', async (batch) => {
    const from = `from ?? as s where ${batch.sql} and not exists (select 1 from ?? as m where m.place = s._rowid_)`;
    const bindings = [collected, ...batch.bindings, matchesOf(job)];
    const lacking = await tables.rows(
      `select ${day ? '??' : 'null'} as day, count(*) as rows ${from} group by 1`,
      [...(day ? [`s.${day}`] : []), ...bindings],
    );
    if (lacking.length === 0) return;
    added.push(...lacking);
    rows += await change(
      tables,
      `insert into ?? (${names.map(() => '??').join(', ')}) select ${names.map(() => '??').join(', ')} ${from}`,
      [table, ...names, ...names.map((name) => `s.${name}`), ...bindings],
    );
  });
  return countWritten(added, rows);
}

export async function countFound(tables: Tables, job: MergeJob): Promise<number> {
  for (const table of [matchesOf(job), keysOf(job)])
    await tables.query.raw('drop table if exists ??', [table]);
  await match(tables, job);
  const [counted] = await tables.rows('select count(distinct place) as rows from ??', [matchesOf(job)]);
  return Number(counted?.rows);
}

type Sql = { readonly sql: string; readonly bindings: readonly Knex.RawBinding[] };

/** Some thousand collected rows after the other, with a turn of the event loop in between. */
async function inBatches(
  tables: Tables,
  { collected }: MergeJob,
  alias: string,
  work: (batch: Sql) => Promise<void>,
): Promise<void> {
  const [last] = await tables.rows('select max(_rowid_) as last from ??', [collected]);
  for (let from = 0; from < Number(last?.last ?? 0); from += rowsAtATime) {
    const sql = `${alias}._rowid_ > ? and ${alias}._rowid_ <= ?`;
    await work({ sql, bindings: [from, from + rowsAtATime] });
    await nextTurn();
  }
}

async function change(tables: Tables, sql: string, bindings: readonly Knex.RawBinding[]): Promise<number> {
  const result: { readonly changes: number } = await tables.query.raw(sql, [...bindings]);
  return result.changes;
}

/** Null equals null. */
const toSame = ({ key }: MergeJob, one: string, other: string): Sql => ({
  sql: key.map(() => '?? is ?? collate binary').join(' and '),
  bindings: key.flatMap(({ name }) => [`${one}.${identifier(name)}`, `${other}.${identifier(name)}`]),
});

/** SQLite takes no expression that is nested deeper than a thousand times, as a chain of so many columns would be. */
const columnsAtATime = 50;

/** In any column but those of provenance. */
function toDiffers({ columns }: MergeJob): Sql {
  const parts: string[] = [];
  for (let from = 0; from < columns.length; from += columnsAtATime) {
    const some = columns.slice(from, from + columnsAtATime);
    parts.push(`(${some.map(() => '?? is not ?? collate binary').join(' or ')})`);
  }
  return {
    sql: parts.join(' or '),
    bindings: columns.flatMap(({ name }) => [`t.${identifier(name)}`, `s.${identifier(name)}`]),
  };
}

function countWritten(groups: readonly Row[], rows: number): Written {
  const byDay = new Map<string | null, number>();
  for (const group of groups) {
    const day = toDay(group.day);
    byDay.set(day, (byDay.get(day) ?? 0) + Number(group.rows));
  }
  const expected = groups.reduce((sum, group) => sum + Number(group.rows), 0);
  return { byDay, rows, expected };
}

const toDay = (value: unknown): string | null => (value == null ? null : String(value).slice(0, 10));
