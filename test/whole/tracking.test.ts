import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '#domain/run/run-result';
import { documentOf } from '../helpers/commanded.ts';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { pullAt, runAt } from '../helpers/run-at.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import type { Rivers } from '../helpers/with-rivers.ts';
import { oneWarehouse } from '../helpers/with-warehouse.ts';

const details = {
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01' },
  chunks: { every: 'daily' },
  target: { table: 'details' },
};
const byAction = {
  report: 'customers-by-action',
  period: { start: '2026-01-01' },
  filters: { actions: [12] },
  target: { table: 'by_action' },
};
const rivers = {
  details,
  pairs: { ...details, chunks: { every: 'daily', size: 2 } },
  back: { ...details, period: { start: '2026-01-01', lastDaysBack: 2 } },
  whole: { ...details, period: { start: '2026-01-01', track: false } },
  byAction,
};

describe.each(oneWarehouse)('an open range tracks forward, into %s:', (kind) => {
  const opened = shareRivers({ kind, rivers, simulator: { unfinishedDays: 'partial' } });
  let house: Rivers;
  beforeEach(async () => {
    house = opened();
    for (const table of ['details', 'by_action']) await house.sql(`drop table if exists ${table}`);
    house.simulator.setFaults([]);
    house.simulator.setLastDataUpdate('2026-01-31');
  });

  const holds = (first: string, last: string) =>
    expectTable(house, {
      slug: 'customer-action-details-by-date',
      table: 'details',
      wanted: { days: daysBetween(first, last) },
    });
  const from = (start: string, end: string, calls: number): Partial<RunResult> => ({
    period: { start, end },
    calls,
  });
  const at = (day: string, river = 'details') => pullAt(house, day, { river });

  it('the first run pulls it whole, the next ones what came since, and where nothing did, nothing', async () => {
    expect(await at('2026-01-03')).toMatchObject(from('2026-01-01', '2026-01-03', 4));
    expect(await at('2026-01-05')).toMatchObject(from('2026-01-04', '2026-01-05', 3));
    const again = await at('2026-01-05');
    expect(again).toMatchObject({ status: 'succeeded', period: null, rows: 0, calls: 1, warnings: [] });
    expect(again.chunks).toEqual({ total: 0, loaded: 0, failed: 0, skipped: 0 });
    await holds('2026-01-01', '2026-01-05');
  });

  it('a chunk that failed is pulled by the next run, in stretches that are chunked each for itself', async () => {
    const refused = (day: string) =>
      ({ kind: 'status', status: 400, match: { parameters: { Date: day } } }) as const;
    house.simulator.setFaults([refused('2026-01-02'), refused('2026-01-04')]);
    const end = await runAt(house, '2026-01-05', { river: 'details' });
    expect(end).toMatchObject({ end: 'failed', result: { chunks: { loaded: 3, failed: 2 } } });
    house.simulator.setFaults([]);
    const healed = await at('2026-01-07');
    expect(healed).toMatchObject(from('2026-01-02', '2026-01-07', 5));
    expect(healed.chunks?.total).toBe(4);
    await holds('2026-01-01', '2026-01-07');
  });

  it('chunks are counted from where a stretch begins', async () => {
    await at('2026-01-02', 'pairs');
    await pullAt(house, '2026-01-10', { river: 'pairs', period: { start: '2026-01-05', end: '2026-01-05' } });
    const result = await at('2026-01-08', 'pairs');
    expect(result).toMatchObject(from('2026-01-03', '2026-01-08', 6));
    const chunks = await house.sql(
      `select chunk from river_chunks where run_id = '${result.runId}' order by ordinal`,
    );
    expect(chunks.map(({ chunk }) => chunk)).toEqual([
      '2026-01-03/2026-01-04',
      '2026-01-06/2026-01-07',
      '2026-01-08/2026-01-08',
    ]);
    const [status] = await house.sql(`select count(*) as n from river_days where river = 'pairs'`);
    expect(Number(status?.n)).toBe(8);
  });

  it('days that were not complete are pulled again until they are', async () => {
    house.simulator.setLastDataUpdate('2026-01-03');
    await at('2026-01-05');
    const provisional = `select "day" from river_days where river = 'details' and provisional order by "day"`;
    expect((await house.sql(provisional)).length).toBe(2);
    house.simulator.setLastDataUpdate('2026-01-05');
    expect(await at('2026-01-06')).toMatchObject(from('2026-01-04', '2026-01-06', 4));
    expect((await house.sql(provisional)).length).toBe(1);
    house.simulator.setLastDataUpdate('2026-01-31');
    await at('2026-01-06');
    await holds('2026-01-01', '2026-01-06');
  });

  it('it looks lastDaysBack back from the first day that is missing, never before its own beginning', async () => {
    expect(await at('2026-01-03', 'back')).toMatchObject(from('2025-12-30', '2026-01-03', 6));
    expect(await at('2026-01-04', 'back')).toMatchObject(from('2026-01-02', '2026-01-04', 4));
    await house.sql(`delete from river_days where river = 'back' and day = '2025-12-31'`);
    expect(await at('2026-01-04', 'back')).toMatchObject(from('2025-12-30', '2025-12-31', 3));
  });

  it('a period of its own marks its days and moves nothing backwards', async () => {
    await at('2026-01-05');
    const input = { river: 'details', period: { start: '2025-12-28', end: '2026-01-02' } };
    expect(await pullAt(house, '2026-01-20', input)).toMatchObject(from('2025-12-28', '2026-01-02', 6));
    expect(await at('2026-01-06')).toMatchObject(from('2026-01-06', '2026-01-06', 2));
    await holds('2025-12-28', '2026-01-06');
  });

  it('track: false pulls the whole range every time', async () => {
    for (const day of ['2026-01-02', '2026-01-03', '2026-01-03']) {
      expect(await at(day, 'whole')).toMatchObject({ period: { start: '2026-01-01', end: day } });
    }
    await holds('2026-01-01', '2026-01-03');
  });

  it('a table that is gone is filled anew', async () => {
    await at('2026-01-03');
    await house.sql('drop table details');
    expect(await at('2026-01-04')).toMatchObject(from('2026-01-01', '2026-01-04', 5));
    await holds('2026-01-01', '2026-01-04');
  });

  it('days loaded with filters of the run are pulled again; those of a river that has changed since stay, and plan and check say so', async () => {
    await at('2026-01-03', 'byAction');
    const own = { river: 'byAction', period: { start: '2026-01-02', end: '2026-01-02' } };
    await pullAt(house, '2026-01-20', { ...own, filters: { actions: [15] } });
    expect(await at('2026-01-04', 'byAction')).toMatchObject(from('2026-01-02', '2026-01-04', 21));
    const wanted = { days: daysBetween('2026-01-01', '2026-01-04'), actions: [12] };
    await expectTable(house, { slug: 'customers-by-action', table: 'by_action', wanted });
    const plan = async () =>
      documentOf<{ period: unknown; calls: unknown; chunks: unknown[]; warnings: string[] }>(
        await house.river('plan', 'byAction', '--json', '--at', '2026-01-06T12:00:00Z'),
      );
    const planned = {
      period: { start: '2026-01-05', end: '2026-01-06' },
      chunks: [{ start: '2026-01-05', end: '2026-01-06' }],
      calls: { list: 1, data: 20 },
    };
    expect(await plan()).toMatchObject({ ...planned, warnings: [] });
    const text = await readFile(house.file, 'utf8');
    try {
      await writeFile(house.file, text.replace(/- 12\n/, '- 15\n'));
      const said =
        /2026-01-01 to 2026-01-04 of byAction were loaded with .*, and are kept; `river run byAction --start 2026-01-01 --end 2026-01-04`/;
      const changed = await plan();
      expect(changed).toMatchObject(planned);
      expect(changed.warnings.join()).toMatch(said);
      expect((await house.river('check')).stdout).toMatch(said);
    } finally {
      await writeFile(house.file, text);
    }
  });
});
