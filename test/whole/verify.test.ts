import { describe, expect, it, vi } from 'vitest';
import { startRun } from '#control/start-run';
import { documentOf } from '../helpers/commanded.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const period = { start: '2026-01-01', end: '2026-01-05' };
const report = 'customer-action-details-by-date';
const target = { table: 'Mine; "x"' };
/** Two rivers in one table, whose name is hostile; one that appends; one without days. */
const rivers = {
  "it's": { report, period, target },
  second: { report, period: { ...period, end: '2026-01-02' }, target },
  added: { report, period, target: { table: 'added', load: 'append' } },
  channels: { report: 'execution-channels', target: { table: 'channels' } },
};
const table = '"Mine; ""x"""';

interface Verified {
  readonly river: string;
  readonly ok: boolean;
  readonly loaded: number;
  readonly found: number;
  readonly findings: readonly Record<string, unknown>[];
}

/** Exit code and document of `river verify`, by river. */
async function verified({ river }: Rivers, ...names: string[]) {
  const end = await river('verify', ...names, '--json');
  const documents = documentOf<readonly Verified[]>(end);
  return { code: end.code, of: (name: string) => documents.find((document) => document.river === name) };
}

const findingsOf = async (house: Rivers, name: string) => (await verified(house)).of(name)?.findings;

describe.each(warehouseKinds)('river verify with %s', (kind) => {
  it('finds nothing after runs, and each thing that is off, with the command that repairs it', () =>
    withRivers({ kind, rivers }, async (house) => {
      const { pull, river, start, sql } = house;
      expect(await verified(house)).toMatchObject({ code: 0 });
      for (const name of [...Object.keys(rivers), 'added', 'channels']) await pull({ river: name });
      const clean = documentOf<readonly Verified[]>(await river('verify', '--json'));
      expect(clean.map(({ river: name, ok, findings }) => [name, ok, findings])).toEqual([
        ['added', true, []],
        ['channels', true, []],
        ["it's", true, []],
        ['second', true, []],
      ]);
      for (const { loaded, found } of clean) expect(found).toBe(loaded);
      expect(clean[2]).toMatchObject({ warehouse: 'test', period, days: 5 });
      expect((await river('verify', 'second')).stdout).toMatch(
        /^ok +second in test\.Mine; "x": 2 days from /,
      );

      const [of] = await sql(
        `select count(*) as n from ${table} where _river = 'it''s' and date = '2026-01-02'`,
      );
      const rows = Number(of?.n);
      await sql(`delete from ${table} where _river = 'it''s' and date in ('2026-01-02', '2026-01-03')`);
      const [missing] = (await findingsOf(house, "it's")) ?? [];
      expect(missing).toMatchObject({
        kind: 'rows-missing',
        start: '2026-01-02',
        end: '2026-01-03',
        found: 0,
        repair: `river run 'it'\\''s' --start 2026-01-02 --end 2026-01-03`,
      });
      const named = await start('verify', "it's").end;
      expect(named.code).toBe(1);
      expect(named.stdout).toContain(String(missing?.repair));
      await pull({ river: "it's", period: { start: '2026-01-02', end: '2026-01-03' } });
      expect((await verified(house)).code).toBe(0);

      await sql(`insert into ${table} select * from ${table} where _river = 'it''s' and date = '2026-01-02'`);
      expect(await findingsOf(house, "it's")).toMatchObject([
        { kind: 'rows-surplus', start: '2026-01-02', end: '2026-01-02', loaded: rows, found: 2 * rows },
      ]);
      await sql(`delete from river_days where river = 'it''s' and "day" = '2026-01-02'`);
      expect(await findingsOf(house, "it's")).toMatchObject([
        { kind: 'rows-unrecorded', start: '2026-01-02', end: '2026-01-02', loaded: 0, found: 2 * rows },
      ]);
      await sql(`delete from ${table} where _river = 'it''s' and date = '2026-01-02'`);
      expect(await findingsOf(house, "it's")).toMatchObject([{ kind: 'gap', start: '2026-01-02' }]);
      expect((await verified(house, 'second')).code).toBe(0);

      await sql(`update ${table} set _run_id = 'nobody' where _river = 'second' and date = '2026-01-01'`);
      expect((await findingsOf(house, 'second'))?.map((finding) => finding.kind).sort()).toEqual([
        'rows-missing',
        'run-unknown',
      ]);
      await sql('delete from added');
      expect(await findingsOf(house, 'added')).toMatchObject([
        {
          kind: 'rows-missing',
          repair: 'river run added --start 2026-01-01 --end 2026-01-05 --load replace',
        },
      ]);
      await sql('drop table channels');
      expect(await findingsOf(house, 'channels')).toMatchObject([
        { kind: 'table-gone', start: null, repair: 'river run channels' },
      ]);
      // What is no table takes nothing from the others, neither here nor in dbt's sources.
      await sql('create view channels as select 1 as channel_id');
      expect(await verified(house, 'channels')).toMatchObject({ code: 1 });
      expect(await findingsOf(house, 'channels')).toMatchObject([{ kind: 'table-gone' }]);
      expect((await verified(house, 'second')).of('second')).toBeDefined();
      expect(await river('dbt', '--output', '-')).toMatchObject({ code: 0, stderr: '' });
    }));

  it('names the chunk that failed, and the run to retry', () =>
    withRivers(
      {
        kind,
        rivers: { daily: { report, period, chunks: { every: 'daily' }, target: { table: 't' } } },
        simulator: { faults: [{ kind: 'status', status: 400, times: 1 }] },
      },
      async (house) => {
        const end = await house.run({ river: 'daily' }, 'failing');
        expect(end).toMatchObject({ end: 'failed', kind: 'ChunksFailed' });
        const { code, of } = await verified(house, 'daily');
        expect(code).toBe(1);
        expect(of('daily')?.findings).toMatchObject([{ kind: 'gap', repair: 'river retry failing' }]);
        await house.sql(`drop table t`);
        expect(await findingsOf(house, 'daily')).toMatchObject([
          { kind: 'table-gone', repair: expect.stringMatching(/^river run daily --start 2026-01-0/) },
        ]);
      },
    ));

  it('misses what a run that was terminated had still to load, and nothing while the run is under way', () =>
    withRivers(
      {
        kind,
        rivers: { daily: { report, period, chunks: { every: 'daily' }, target: { table: 't' } } },
        simulator: {
          faults: [{ kind: 'slow', latencyMs: 200_000, match: { parameters: { Date: '2026-01-03' } } }],
        },
      },
      async (house) => {
        const { temporal, sql } = house;
        const way = { ...temporal, close: async () => {} };
        const handle = await startRun(way, {
          river: 'daily',
          input: { river: 'daily' },
          workflowId: 'ended',
        });
        await vi.waitFor(async () => expect(await sql('select "day" from river_days')).toHaveLength(4), {
          timeout: 150_000,
        });
        expect(await verified(house)).toMatchObject({ code: 0 });
        await handle.terminate();
        expect(await findingsOf(house, 'daily')).toMatchObject([
          { kind: 'gap', start: '2026-01-03', end: '2026-01-03' },
        ]);
        house.simulator.setFaults([]);
        expect(await sql('select state from river_runs')).toEqual([{ state: 'running' }]);
        await house.pull({ retryFailedChunksOf: 'ended' });
        expect(await sql(`select state from river_runs where workflow_id = 'ended'`)).toEqual([
          { state: 'terminated' },
        ]);
        expect(await verified(house)).toMatchObject({ code: 0 });
      },
    ));

  it('refuses a river that nobody knows', () =>
    withRivers({ kind, rivers, worker: false }, async ({ river }) => {
      const { code, stderr } = await river('verify', 'secund');
      expect(code).toBe(2);
      expect(stderr).toMatch(/no river "secund", did you mean "second"/);
    }));
});
