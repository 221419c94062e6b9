import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { startRun } from '#control/start-run';
import { documentOf } from '../helpers/commanded.ts';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { cloudKind, warehouseKinds } from '../helpers/with-warehouse.ts';

const slug = 'customer-action-details-by-date';
const days = daysBetween('2026-01-01', '2026-01-04');
const period = { start: days[0], end: days[3] };
const details = { report: slug, period, chunks: { every: 'daily', size: 2 } };
const rivers = {
  details: { ...details, target: { table: 'details' } },
  killed: { ...details, chunks: { every: 'daily' }, target: { table: 'killed' } },
  adopting: { ...details, target: { table: 'foreign_rows' } },
};
const [kind = 'pg'] = warehouseKinds;
const says = { bigquery: 'BigQuery in', snowflake: 'Snowflake' };

const rowsOn = ({ simulator }: Rivers, ...of: string[]) => simulator.world.rowCount(slug, { days: of });
const holds = (house: Rivers, table: string, ...of: readonly string[]) =>
  expectTable(house, { slug, table, wanted: { days: of } });

beforeAll(() => expect(kind).toBe(cloudKind));

test('each command does in the cloud what it does with the other databases', () =>
  withRivers({ kind, rivers }, async (house) => {
    const { river, sql, warehouse } = house;
    const did = async (...args: string[]) => {
      const end = await river(...args);
      expect(end.code, `${args.join(' ')}: ${end.stdout}${end.stderr}`).toBe(0);
      return end;
    };
    expect((await did('check')).stdout).toMatch(
      new RegExp(`^✓ warehouse test: ${cloudKind && says[cloudKind]} [^;]+; its books: SQLite `, 'm'),
    );

    const plan = documentOf(await did('plan', 'details', '--json'));
    expect(plan).toMatchObject({ jobs: { queries: 9, loads: 2 }, warnings: [] });
    const preview = documentOf<{ rows: object[] }>(await did('preview', 'details', '--json'));
    expect(preview.rows.length).toBeGreaterThan(0);
    const ofTarget = async () => (await warehouse.tables()).filter((name) => !/^river_(?!loads)/.test(name));
    expect(await ofTarget()).not.toContain('details');

    const run = async (name: string) =>
      documentOf<{ runId: string; rows: number }>(await did('run', name, '--wait', '--json'));
    const first = await run('details');
    expect(first).toMatchObject({ status: 'succeeded', rows: rowsOn(house, ...days) });
    await holds(house, 'details', ...days);
    expect(await ofTarget()).toEqual(['details', 'river_loads']);
    const second = await run('details');
    expect(second.rows).toBe(first.rows);
    await holds(house, 'details', ...days);
    const runs = await sql('select distinct _run_id from details');
    expect(runs).toEqual([{ _run_id: second.runId }]);

    const verified = async (name: string) =>
      documentOf<readonly object[]>(await river('verify', name, '--json'))[0];
    expect(await verified('details')).toMatchObject({ ok: true, days: 4, found: first.rows });
    await sql(`delete from details where date = '2026-01-02'`);
    expect(await verified('details')).toMatchObject({ ok: false });

    const range = ['--start', '2026-01-02', '--end', '2026-01-03'];
    expect(documentOf(await did('forget', 'details', ...range, '--json'))).toMatchObject({
      days: 2,
      rows: rowsOn(house, '2026-01-03'),
    });
    await holds(house, 'details', '2026-01-01', '2026-01-04');
    expect(await verified('details')).toMatchObject({ ok: true });

    await sql(
      `create table foreign_rows as select customer_id as CustomerID, action_id, 'r' as loaded_by, date, channel_id, recipient_group_id from details`,
    );
    const left = rowsOn(house, '2026-01-01', '2026-01-04');
    expect(await house.run({ river: 'adopting' })).not.toMatchObject({ end: 'succeeded' });
    const adopted = await did('adopt', 'adopting', '--start', '2026-01-01', '--end', '2026-01-04', '--json');
    expect(documentOf(adopted)).toMatchObject({ table: 'foreign_rows', days: 2, rows: left });
    expect(await verified('adopting')).toMatchObject({ ok: true, found: left });
    await run('adopting');
    expect(await sql('select count(*) as n, count(loaded_by) as theirs from foreign_rows')).toEqual([
      { n: first.rows, theirs: 0 },
    ]);
  }));

test('a worker that is killed in the middle of a run loses nothing in the cloud and doubles nothing', () =>
  withRivers({ kind, rivers, simulator: { latencyMs: 200 }, worker: false }, async (house) => {
    const handle = await startRun(
      { ...house.temporal, close: async () => {} },
      { river: 'killed', input: { river: 'killed' } },
    );
    const isLoading = async () =>
      (await house.warehouse.tables()).includes('river_chunks') &&
      (await house.sql(`select run_id from river_chunks where "state" = 'loaded'`)).length > 0;
    const first = house.start('worker');
    await first.says('Working on');
    while (!(await isLoading())) await sleep(20);
    first.kill('SIGKILL');
    await first.end;
    await house.work();
    expect(await waitForEnd(handle)).toMatchObject({
      end: 'succeeded',
      result: { rows: rowsOn(house, ...days) },
    });
    await holds(house, 'killed', ...days);
    expect((await house.warehouse.tables()).filter((name) => /^river_(staging|rows)/.test(name))).toEqual([]);
  }));
