import { describe, expect, it } from 'vitest';
import type { RunResult } from '#domain/run/run-result';
import { daysBetween } from '../helpers/days-between.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-06');
const report = 'customer-action-details-by-date';
const river = (table: string, load: string) => ({
  report,
  period: { start: '2026-01-01', end: '2026-01-06' },
  chunks: { every: 'daily' },
  target: { table, load },
});
/** Two rivers into one table of each load mode. */
const rivers = {
  one: river('replaced', 'replace'),
  other: river('replaced', 'replace'),
  adding: river('added', 'append'),
  addingToo: river('added', 'append'),
};
/** Answers that come in no order, so that the runs overtake each other. */
const simulator = {
  faults: [
    { kind: 'slow', latencyMs: 150, probability: 0.4 },
    { kind: 'outage', as: '503', probability: 0.1, times: 3 },
  ],
} as const;

/** Starts runs of these rivers at once; all of them must come to their end. */
async function together(house: Rivers, ...names: (keyof typeof rivers)[]): Promise<RunResult[]> {
  const results = await Promise.all(names.map((name) => house.pull({ river: name })));
  for (const { chunks } of results) expect(chunks).toMatchObject({ loaded: days.length, failed: 0 });
  return results;
}

const rowsOf = ({ simulator: { world } }: Rivers, day: string) => world.rowCount(report, { days: [day] });

/** How many rows each run has in the table, by river and day. */
async function inTable({ sql }: Rivers, table: string) {
  const rows = await sql(
    `select _river as river, cast(date as text) as day, _run_id as run, count(*) as n, count(distinct _chunk) as chunks
     from ${table} group by 1, 2, 3 order by 1, 2, 3`,
  );
  return rows.map(({ river, day, run, n, chunks }) => ({
    river: String(river),
    day: String(day).slice(0, 10),
    run: String(run),
    n: Number(n),
    chunks: Number(chunks),
  }));
}

/** The manifest agrees with the table, and nothing is left over. */
async function isInOrder({ river, warehouse, sql }: Rivers): Promise<void> {
  const { code, stdout } = await river('verify');
  expect(code, stdout).toBe(0);
  expect((await warehouse.tables()).filter((name) => name.startsWith('river_staging'))).toEqual([]);
  // A deadlock that a person sees is an error of a chunk, or of a run.
  expect(await sql('select error from river_chunks where error is not null')).toEqual([]);
}

describe.concurrent.each(warehouseKinds)('runs at once into one table of %s', (kind) => {
  it('replace each day as a whole: its rows are those of one run', () =>
    withRivers({ kind, rivers, simulator }, async (house) => {
      const results = await together(house, 'one', 'one', 'one', 'other', 'other');
      const held = await inTable(house, 'replaced');
      expect(held.map(({ river, day, n, chunks }) => [river, day, n, chunks])).toEqual(
        ['one', 'other'].flatMap((name) => days.map((day) => [name, day, rowsOf(house, day), 1])),
      );
      const runs = new Map(results.map(({ runId, river }) => [runId, river]));
      for (const { run, river } of held) expect(runs.get(run)).toBe(river);
      await isInOrder(house);
    }));

  it('append each day once for each run', () =>
    withRivers({ kind, rivers, simulator }, async (house) => {
      const results = await together(house, 'adding', 'adding', 'addingToo');
      const expected = results
        .flatMap(({ river, runId }) =>
          days.map((day) => ({ river, day, run: runId, n: rowsOf(house, day), chunks: 1 })),
        )
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      const held = await inTable(house, 'added');
      expect(held.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))).toEqual(expected);
      await isInOrder(house);
    }));
});
