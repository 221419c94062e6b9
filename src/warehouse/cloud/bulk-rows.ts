/**
 * A chunk's pages on their way into a warehouse in the cloud: all at once, as lines of JSON, into a table of the chunk, whose columns
 * are texts; from there one statement puts them into the target. A line bears its number, since of rows with one key the last is
 * taken, and the chunk of its page.
 */

import { chunkWithoutDays } from '#domain/chunk/chunk';
import type { Value } from '#domain/column/column';
import type { TableColumn } from '#domain/column/table-type';
import type { Filled, InsertJob } from '../dialect.ts';
import { eachPageToInsert, type PageToInsert } from '../manifest/pages-to-insert.ts';

/** A column of the chunk's table, and that of the target to which its texts go. */
export interface BulkColumn {
  readonly name: string;
  readonly of: TableColumn;
}

/** The names of what stands in each line beside its values. */
export const bulkNumber = 'n';
export const bulkChunk = 'k';

/** The columns that the pages of a job fill, whichever of them does. */
export async function listBulkColumns(job: InsertJob): Promise<BulkColumn[]> {
  const { staging, pages } = job;
  const all = staging.of.from(staging.name).where('row_count', '>', 0);
  if (pages) all.where('chunk', pages.chunk).whereIn('slice', pages.slices);
  const columns = new Map<string, TableColumn>();
  for (const shape of await all.distinct('columns', 'extras'))
    for (const { column } of readFilled(job, shape)) columns.set(column.name, column);
  return [...columns.values()].map((of, at) => ({ name: `c${at}`, of }));
}

const readFilled = (job: InsertJob, { columns, extras }: Readonly<Record<string, unknown>>): Filled[] =>
  job.filledBy({ columns: JSON.parse(String(columns)), extras: JSON.parse(String(extras)) });

/** Counts what has gone out. */
export interface BulkCount {
  readonly bySlice: Map<string, number>;
  rows: number;
}

/** The lines, page by page, so that memory does not grow with the chunk. */
export async function* toLines(
  job: InsertJob,
  columns: readonly BulkColumn[],
  count: BulkCount,
): AsyncGenerator<string> {
  const names = new Map(columns.map(({ name, of }) => [of.name, name]));
  for await (const page of eachPageToInsert(job)) {
    const filled = readFilled(job, page);
    const rows = JSON.parse(String(page.rows)) as Value[][];
    const chunk = toChunkColumn(job, page);
    let lines = '';
    for (const row of rows) {
      count.rows += 1;
      const line: Record<string, unknown> = { [bulkNumber]: count.rows };
      if (chunk !== null) line[bulkChunk] = chunk;
      for (const each of filled) {
        const text = toText(row[each.place] ?? null, each);
        if (text !== null) line[String(names.get(each.column.name))] = text;
      }
      lines += `${JSON.stringify(line)}\n`;
    }
    count.bySlice.set(page.slice, (count.bySlice.get(page.slice) ?? 0) + rows.length);
    yield lines;
  }
}

function toChunkColumn({ pages }: InsertJob, { chunk }: PageToInsert): string | null {
  if (pages) return pages.chunkColumn;
  return chunk === chunkWithoutDays.key ? null : chunk;
}

/** Digits, `true` and `false`, and days as they are: each type reads its own. */
function toText(value: Value, { column: { type }, asText }: Filled): string | null {
  if (value === null || (value === '' && asText !== undefined && type?.kind !== 'text')) return null;
  return String(value);
}
