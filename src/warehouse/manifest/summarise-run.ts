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
import type { Row, Tables } from '../dialect.ts';
import { dayOrNull, readJson } from '../stored-values.ts';

const chunksAtATime = 500;

/** The run in numbers, with as many failed chunks and warnings as a result may list. */
export async function summariseRun(tables: Tables, runId: string): Promise<RunSummary> {
  const states: Row[] = await tables
    .from('river_chunks')
    .where({ run_id: runId })
    .groupBy('state')
    .select('state')
    .count({ chunks: '*' })
    .sum({ rows: 'rows', calls: 'calls' });
  const [run] = await tables
    .from('river_runs')
    .where({ run_id: runId })
    .select('list_calls', 'freshness', 'warnings');
  const sum = (column: string, state?: ChunkState) =>
    states
      .filter((row) => state === undefined || row.state === state)
      .reduce((total, row) => total + Number(row[column]), 0);
  const lostCalls = await countLost(tables, runId);
  return {
    chunks: {
      total: sum('chunks'),
      loaded: sum('chunks', 'loaded'),
      failed: sum('chunks', 'failed'),
      skipped: sum('chunks', 'skipped'),
    },
    rows: sum('rows'),
    calls: sum('calls') + Number(run?.list_calls ?? 0),
    lostCalls,
    failedChunks: await failedChunks(tables, runId),
    warnings: listed([
      ...listRunWarnings(run),
      ...warnOfLost(lostCalls),
      ...(await readChunkWarnings(tables, runId)),
    ]),
  };
}

async function countLost(tables: Tables, run: string): Promise<number> {
  const [lost] = await tables
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

async function failedChunks(tables: Tables, runId: string): Promise<FailedChunk[]> {
  const rows = await tables
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
async function readChunkWarnings(tables: Tables, runId: string): Promise<Warning[]> {
  let found: Warning[] = [];
  for (let after = -1; ; ) {
    const rows = await tables
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
