import { addDays, type DateRange, type Day, eachDay } from '#domain/period/date-range';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import { connectDatabase } from '#warehouse/database';
import type { Row } from '#warehouse/dialect';
import { migrate } from '#warehouse/migrations/migrate';

export interface Seed {
  readonly rivers: readonly River[];
  /** The days that runs have pulled, one run a day. */
  readonly days: DateRange;
  /** Requests of a run, for the last 90 days. */
  readonly callsARun: number;
}

/** SQLite takes no longer statement. */
const rowsAtATime = 400;
const callsKeptDays = 90;

/**
 * Writes years of a manifest without a single call: a run a day and river, with the days that it has loaded and its requests.
 * Some days of every river are failed, emptied, forgotten or missing, and the last one is provisional.
 */
export async function seedManifest(setting: WarehouseSetting, seed: Seed): Promise<void> {
  const database = connectDatabase(setting);
  try {
    await migrate(database);
    for (const [at, river] of seed.rivers.entries()) {
      const rows = makeRows(river, at, seed);
      await database.transact(async (tables) => {
        for (const [table, all] of Object.entries(rows))
          for (let from = 0; from < all.length; from += rowsAtATime)
            await tables.from(table).insert(all.slice(from, from + rowsAtATime));
      });
    }
  } finally {
    await database.close();
  }
}

function makeRows(river: River, at: number, { days, callsARun }: Seed): Record<string, Row[]> {
  const rows: Record<string, Row[]> = {
    river_runs: [],
    river_chunks: [],
    river_days: [],
    river_forgotten_days: [],
    river_calls: [],
  };
  const settings = JSON.stringify(river);
  const callsFrom = addDays(days.end, -callsKeptDays);
  let count = 0;
  for (const day of eachDay(days)) {
    count += 1;
    const fate = fateOf(day, days.end, count, at);
    if (fate === 'missing') continue;
    const started = Date.parse(`${addDays(day, 1)}T06:00:00Z`) + at * 7_000;
    const iso = (ms: number) => new Date(started + ms).toISOString();
    const runId = `${river.name}-${day}`;
    const own = { run_id: runId, river: river.name };
    const isFailed = fate === 'failed';
    const made = Math.round((40 + 25 * Math.sin(count / 9 + at) + (count % 7) * 6) * (1 + (at % 5)) * 9);
    const received = fate === 'emptied' || isFailed ? 0 : Math.max(0, made);
    const error = isFailed
      ? 'ReportRefusedError: Optimove refused the call: 400 (Bad Request). Check the filters of the river.'
      : null;
    rows.river_runs?.push({
      run_id: runId,
      workflow_id: `${river.name}-${addDays(day, 1)}T06:00:00Z`,
      river: river.name,
      report: river.report,
      connection: river.connection,
      settings,
      state: isFailed ? 'failed' : 'succeeded',
      period_start: day,
      period_end: day,
      day: addDays(day, 1),
      selection: null,
      warnings: null,
      started_at: iso(0),
      finished_at: iso(90_000),
      staging: false,
      error: null,
      list_calls: 1,
      own_filters: false,
    });
    const warning = {
      start: day,
      end: day,
      message: `${made} existing rows for ${day} were deleted; the API returned none, and this run allows that.`,
      about: 'data',
      emptied: 'deleted',
    };
    rows.river_chunks?.push({
      ...own,
      chunk: `${day}/${day}`,
      ordinal: 0,
      first_day: day,
      last_day: day,
      state: isFailed ? 'failed' : 'loaded',
      attempts: 1,
      rows: received,
      calls: callsARun,
      error,
      warnings: fate === 'emptied' ? JSON.stringify([warning]) : null,
      loaded_at: isFailed ? null : iso(80_000),
    });
    const ofDay = { river: river.name, target: river.target.table, day };
    if (fate === 'forgotten') rows.river_forgotten_days?.push({ ...ofDay, forgotten_at: iso(500_000) });
    else if (!isFailed)
      rows.river_days?.push({
        ...ofDay,
        run_id: runId,
        chunk: `${day}/${day}`,
        rows: received,
        provisional: fate === 'provisional',
        loaded_at: iso(80_000),
      });
    if (day < callsFrom) continue;
    for (let call = 0; call < callsARun; call += 1)
      rows.river_calls?.push({
        run_id: runId,
        chunk: `${day}/${day}`,
        sent_at: iso(call * 900),
        report: river.report,
        call: `${river.report}?Date=${day}&RecipientGroupID=${call}`,
        status: call === 3 ? 429 : 200,
        rows: Math.round(received / callsARun),
        bytes: 1_000,
        milliseconds: 100 + call,
        answered: call !== 3,
        outcome: call === 3 ? 'throttled' : 'answered',
        body_hash: null,
      });
  }
  return rows;
}

type Fate = 'loaded' | 'provisional' | 'failed' | 'emptied' | 'forgotten' | 'missing';

function fateOf(day: Day, last: Day, count: number, at: number): Fate {
  if (day === last) return at % 9 === 4 ? 'failed' : 'provisional';
  if ((count + at * 3) % 97 === 41) return 'failed';
  if ((count + at * 5) % 131 === 60) return 'emptied';
  if ((count + at * 11) % 223 < 3) return 'forgotten';
  return (count + at * 13) % 211 === 100 ? 'missing' : 'loaded';
}
