import { sumUpColumns } from '../../domain/column/warning-of-misfits.ts';
import type { Freshness } from '../../domain/run/freshness.ts';
import {
  type ChunkState,
  type FailedChunk,
  listedAtMost,
  textAtMost,
  type Warning,
} from '../../domain/run/run-result.ts';
import type { RunSummary } from '../../domain/run/run-summary.ts';
import type { Row, Tables } from '../dialect.ts';
import { dayOrNull } from '../tables.ts';

const chunksAtATime = 500;

/** The run in numbers, with as many failed chunks and warnings as a result may list. */
export async function summariseRun(tables: Tables, runId: string): Promise<RunSummary> {
  const states: Row[] = await tables
    .from('river_chunks')
    .where({ run: runId })
    .groupBy('state')
    .select('state')
    .count({ chunks: '*' })
    .sum({ rows: 'rows', calls: 'calls' });
  const [run] = await tables.from('river_runs').where({ run: runId }).select('list_calls', 'freshness');
  const sum = (column: string, state?: ChunkState) =>
    states
      .filter((row) => state === undefined || row.state === state)
      .reduce((total, row) => total + Number(row[column]), 0);
  return {
    chunks: {
      total: sum('chunks'),
      loaded: sum('chunks', 'loaded'),
      failed: sum('chunks', 'failed'),
      skipped: sum('chunks', 'skipped'),
    },
    rows: sum('rows'),
    calls: sum('calls') + Number(run?.list_calls ?? 0),
    failedChunks: await failedChunks(tables, runId),
    warnings: [...warningsOfRun(run), ...(await warningsOf(tables, runId))]
      .slice(0, listedAtMost)
      .map((warning) => ({ ...warning, message: shortened(warning.message) })),
  };
}

async function failedChunks(tables: Tables, runId: string): Promise<FailedChunk[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ run: runId, state: 'failed' })
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
function warningsOfRun(run: Row | undefined): readonly Warning[] {
  return run?.freshness ? (JSON.parse(String(run.freshness)) as Freshness).warnings : [];
}

/** Those about a column come first, once a column: all chunks are looked at for them. */
async function warningsOf(tables: Tables, runId: string): Promise<Warning[]> {
  const ofColumns: Warning[] = [];
  const others: Warning[] = [];
  for (let after = -1; ; ) {
    const rows = await tables
      .from('river_chunks')
      .where({ run: runId })
      .whereNotNull('warnings')
      .where('ordinal', '>', after)
      .orderBy('ordinal')
      .limit(chunksAtATime)
      .select('ordinal', 'warnings');
    const warnings = rows.flatMap((row) => JSON.parse(String(row.warnings)) as Warning[]);
    const counted = warnings.filter(({ count }) => count !== undefined);
    ofColumns.splice(0, ofColumns.length, ...sumUpColumns([...ofColumns, ...counted]));
    others.push(...warnings.filter(({ count }) => count === undefined));
    others.splice(listedAtMost);
    if (rows.length < chunksAtATime) return [...ofColumns, ...others];
    after = Number(rows.at(-1)?.ordinal);
  }
}

function shortened(text: string): string {
  return text.length <= textAtMost ? text : `${text.slice(0, textAtMost - 1).toWellFormed()}…`;
}
