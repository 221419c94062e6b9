import { sumUpColumns } from '#domain/column/column-warnings';
import type { Freshness } from '#domain/run/freshness';
import {
  type ChunkState,
  type FailedChunk,
  listedAtMost,
  type RunSummary,
  textAtMost,
  type Warning,
} from '#domain/run/run-result';
import type { Books, Row } from '../dialect.ts';
import { dayOrNull, readJson } from '../stored-values.ts';
import { readOverwriteState } from './shadow.ts';

const chunksAtATime = 500;
const sumsOfMerge = {
  inserted: 'inserted',
  updated: 'updated',
  unchanged: 'unchanged',
  duplicates: 'duplicates',
};

/** The run in numbers, with as many failed chunks and warnings as a result may list. */
export async function summariseRun(books: Books, runId: string): Promise<RunSummary> {
  const states: Row[] = await books
    .from('river_chunks')
    .where({ run_id: runId })
    .groupBy('state')
    .select('state')
    .count({ chunks: '*' })
    .sum({ rows: 'rows', calls: 'calls', ...sumsOfMerge })
    // In other modes there is nothing to count.
    .count({ merged: 'inserted' });
  const [run] = await books
    .from('river_runs')
    .where({ run_id: runId })
    .select('list_calls', 'freshness', 'warnings', 'settings', 'retry_of', 'error');
  const sum = (column: string, state?: ChunkState) =>
    states
      .filter((row) => state === undefined || row.state === state)
      .reduce((total, row) => total + Number(row[column]), 0);
  const lostCalls = await countLost(books, runId);
  const failed = sum('chunks', 'failed');
  return {
    chunks: {
      total: sum('chunks'),
      loaded: sum('chunks', 'loaded'),
      failed,
      skipped: sum('chunks', 'skipped'),
    },
    rows: sum('rows'),
    ...(await readOverwritten(books, runId, run)),
    ...(sum('merged') > 0 && {
      merged: {
        inserted: sum('inserted'),
        updated: sum('updated'),
        unchanged: sum('unchanged'),
        duplicates: sum('duplicates'),
      },
    }),
    calls: sum('calls') + Number(run?.list_calls ?? 0),
    lostCalls,
    // What failed once all chunks were loaded is an error of the run alone.
    failedChunks: failed === 0 ? ofRun(run?.error) : await failedChunks(books, runId),
    warnings: listed([
      ...listRunWarnings(run),
      ...warnOfLost(lostCalls),
      ...(await readChunkWarnings(books, runId)),
    ]),
  };
}

/** A run in a list of runs, in numbers. */
export interface RunCounts extends Pick<RunSummary, 'chunks' | 'rows' | 'calls'> {
  /** The error of its first chunk that failed, or of the run as a whole; null where nothing has failed. */
  readonly error: string | null;
}

/** Many runs in numbers, by their ids; `summariseRun` says more of one. */
export async function countRuns(
  books: Books,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, RunCounts>> {
  const states: Row[] = await books
    .from('river_chunks')
    .whereIn('run_id', runIds)
    .groupBy('run_id', 'state')
    .select('run_id', 'state')
    .count({ chunks: '*' })
    .sum({ rows: 'rows', calls: 'calls' })
    .min({ first: 'ordinal' });
  const runs = await books
    .from('river_runs')
    .whereIn('run_id', runIds)
    .select('run_id', 'list_calls', 'error');
  const ofRun = Map.groupBy(states, ({ run_id }) => String(run_id));
  const counted = new Map<string, RunCounts>();
  // One after the other: they share a connection.
  for (const run of runs) {
    const runId = String(run.run_id);
    const own = ofRun.get(runId) ?? [];
    const sum = (column: string, state?: ChunkState) =>
      own
        .filter((row) => state === undefined || row.state === state)
        .reduce((total, row) => total + Number(row[column]), 0);
    const failed = own.find(({ state }) => state === 'failed');
    const [first] = failed
      ? await books.from('river_chunks').where({ run_id: runId, ordinal: failed.first }).select('error')
      : [];
    const error = first?.error ?? run.error;
    counted.set(runId, {
      chunks: {
        total: sum('chunks'),
        loaded: sum('chunks', 'loaded'),
        failed: sum('chunks', 'failed'),
        skipped: sum('chunks', 'skipped'),
      },
      rows: sum('rows'),
      calls: sum('calls') + Number(run.list_calls),
      error: error == null ? null : shortened(String(error)),
    });
  }
  return counted;
}

/** Whether the table's content is replaced by now, where the run overwrites it: by this run, or by the one that it completes. */
async function readOverwritten(
  books: Books,
  runId: string,
  run: Row | undefined,
): Promise<{ readonly overwritten?: boolean }> {
  const settings = readJson<{ readonly target?: { readonly load?: string } }>(run?.settings);
  if (settings?.target?.load !== 'overwrite') return {};
  const { total, loaded, waiting } = await readOverwriteState(books, String(run?.retry_of ?? runId));
  return { overwritten: loaded === total && waiting === 0 };
}

const ofRun = (error: unknown): FailedChunk[] =>
  error == null ? [] : [{ start: null, end: null, error: shortened(String(error)) }];

async function countLost(books: Books, run: string): Promise<number> {
  const [lost] = await books
    .from('river_calls')
    .where({ run_id: run, outcome: 'lost' })
    .count({ calls: '*' });
  return Number(lost?.calls ?? 0);
}

function warnOfLost(calls: number): readonly Warning[] {
  if (calls === 0) return [];
  const message = `${calls} ${calls === 1 ? 'call was' : 'calls were'} made whose answers could not be stored, because the warehouse could not be written to: they count in the call budget, and were made again.`;
  return [{ start: null, end: null, message }];
}

async function failedChunks(books: Books, runId: string): Promise<FailedChunk[]> {
  const rows = await books
    .from('river_chunks')
    .where({ run_id: runId, state: 'failed' })
    .orderBy('ordinal')
    .limit(listedAtMost)
    .select('first_day', 'last_day', 'error');
  return rows.map((row) => ({
    start: dayOrNull(row.first_day),
    end: dayOrNull(row.last_day),
    error: shortened(String(row.error ?? '')),
  }));
}

/** What was to be said of the run before any of its chunks was loaded. */
function listRunWarnings(run: Row | undefined): readonly Warning[] {
  const ofData = readJson<Partial<Freshness>>(run?.freshness)?.warnings;
  return [...warningsIn(ofData), ...warningsIn(readJson(run?.warnings))];
}

/**
 * Some chunks at a time, however many there are. What is about a column is summed up, once a column; of what else is about
 * data, and of what is not, as much as a result may list.
 */
async function readChunkWarnings(books: Books, runId: string): Promise<Warning[]> {
  let found: Warning[] = [];
  for (let after = -1; ; ) {
    const rows = await books
      .from('river_chunks')
      .where({ run_id: runId })
      .where('ordinal', '>', after)
      .whereNotNull('warnings')
      .orderBy('ordinal')
      .limit(chunksAtATime)
      .select('ordinal', 'warnings');
    found.push(...rows.flatMap((row) => warningsIn(readJson(row.warnings))));
    const [ofData, others] = [found.filter(isAboutData), found.filter((warning) => !isAboutData(warning))];
    const ofColumns = sumUpColumns(ofData.filter(({ count }) => count !== undefined));
    const kept = ofData.filter(({ count }) => count === undefined).slice(0, listedAtMost);
    found = [...ofColumns, ...kept, ...others.slice(0, listedAtMost)];
    const last = rows.at(-1);
    if (last === undefined || rows.length < chunksAtATime) break;
    after = Number(last.ordinal);
  }
  return found.map((warning) => ({ ...warning, message: shortened(warning.message) }));
}

/** Another version may write them in another way: what is no warning is left out. */
const warningsIn = (read: unknown): Warning[] =>
  Array.isArray(read) ? read.filter((each) => typeof each?.message === 'string') : [];

/** What is about data first: a person must hear of it, however much else there is to say. */
function listed(warnings: readonly Warning[]): Warning[] {
  const others = warnings.filter((warning) => !isAboutData(warning));
  return [...warnings.filter(isAboutData), ...others].slice(0, listedAtMost);
}

const isAboutData = ({ about }: Warning): boolean => about === 'data';

function shortened(text: string): string {
  return text.length <= textAtMost ? text : `${text.slice(0, textAtMost - 1).toWellFormed()}…`;
}
