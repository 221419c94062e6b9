import { beforeEach, describe, expect, it } from 'vitest';
import type { RunEnd } from '#control/run-end';
import type { Fault } from '#simulator/faults/fault-kinds';
import { documentOf } from '../helpers/commanded.ts';
import { reportBySlug } from '../helpers/report-by-slug.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import type { Rivers } from '../helpers/with-rivers.ts';
import { oneWarehouse, warehouseKinds } from '../helpers/with-warehouse.ts';

const days = ['2026-01-01', '2026-01-02', '2026-01-03'] as const;
const period = { start: days[0], end: days[2] };
const details = { report: 'customer-action-details-by-date', period };
/** Each report that leaves out calls which the day's own lists show to be empty. */
const pruned = Object.fromEntries(
  [
    ['pruned', 'customers-by-action'],
    ['group_customers', 'customer-actions-by-target-group'],
    ['group_actions', 'actions-by-target-group'],
    ['group_codes', 'promo-codes-by-target-group'],
    ['group_details', 'action-details-by-target-group'],
  ].map(([table = '', report = '']) => [table, { report, period, prune: true, target: { table } }]),
);
/** Each way in which rows are replaced: by days of three names, cut in three ways, by a data date, as a whole. */
const rivers = {
  daily: { ...details, chunks: { every: 'daily' }, target: { table: 'daily' } },
  monthly: { ...details, chunks: { every: 'monthly' }, target: { table: 'monthly' } },
  unsplit: { ...details, target: { table: 'unsplit' } },
  ended: { report: 'customer-action-ended-by-date', period, target: { table: 'ended' } },
  sends: { report: 'customer-send-details-by-campaign', period, target: { table: 'sends' } },
  pruned: { report: 'customers-by-action', period, prune: true, target: { table: 'pruned' } },
  changers: {
    report: 'customer-attribute-changers',
    filters: { changedCustomerAttribute: 'Country' },
    target: { table: 'changers' },
  },
  targeted: { report: 'currently-targeted-customers', target: { table: 'targeted' } },
};
type Name = keyof typeof rivers;
const names = Object.keys(rivers) as Name[];

const none: Fault = { kind: 'fewerRows', rows: 0 };
const onDay = (day: string) => ({ match: { endpoint: 'customers/*', parameters: { Date: day } } });

/** What stands in the river's table, without what a run writes of itself. */
async function content({ sql }: Rivers, table: string): Promise<string[]> {
  const rows = await sql(`select * from ${table}`);
  return rows.map((row) => JSON.stringify(Object.entries(row).filter(([name]) => name[0] !== '_'))).sort();
}

function refusedChunks(end: RunEnd): string[] {
  if (end.end !== 'failed' || !end.result) throw new Error(`it did not fail: ${JSON.stringify(end)}`);
  expect(end.kind).toBe('ChunksFailed');
  return end.result.failedChunks.map(({ error }) => error);
}

async function verified({ river }: Rivers): Promise<readonly string[]> {
  const documents = documentOf<readonly { river: string; findings: readonly object[] }[]>(
    await river('verify', '--json'),
  );
  return documents.filter(({ findings }) => findings.length > 0).map((off) => JSON.stringify(off));
}

describe.each(warehouseKinds)('rows for which none come any more, in %s', (kind) => {
  const opened = shareRivers({
    kind,
    rivers: { ...pruned, ...rivers },
    simulator: { size: { rowsPerCall: [3, 12] } },
  });
  let house: Rivers;
  beforeEach(async () => {
    house = opened();
    house.simulator.setFaults([]);
  });
  /** What an earlier test has left stands there as a run would leave it. */
  const pullAll = async (all: readonly Name[]) => {
    for (const river of all) {
      const isThere = (await content(house, river).catch(() => [])).length > 0;
      if (!isThere) await house.pull({ river });
    }
  };

  it('are kept where all answers are empty, in every kind of report and of chunk, and verify is content', async () => {
    await pullAll(names);
    house.simulator.setFaults([none]);
    for (const name of names) {
      const before = await content(house, name);
      expect(before.length, name).toBeGreaterThan(6);
      const errors = refusedChunks(await house.run({ river: name }, `${name}-${kind}`));
      expect(errors, name).toHaveLength(name === 'daily' ? 3 : 1);
      const rows = errors.map((error) => Number(/: (\d+) rows of /.exec(error)?.[1]));
      expect(
        rows.reduce((sum, count) => sum + count, 0),
        name,
      ).toBe(before.length);
      for (const error of errors) {
        expect(error, name).toMatch(
          /^EmptyAnswerError: \d+ rows of .* would be deleted, the API returned none\./,
        );
        expect(error).toContain(`\`river retry ${name}-${kind} --allow-emptied\``);
      }
      expect(await content(house, name), name).toEqual(before);
    }
    expect(await house.sql('select max(attempts) as n from river_chunks')).toEqual([{ n: 1 }]);
    expect(await verified(house)).toEqual([]);
    house.simulator.setFaults([none, { kind: 'empty', as: '404' }]);
    expect(refusedChunks(await house.run({ river: 'unsplit' }))[0]).toMatch(/would be deleted/);
  });

  it('are deleted where a retry, a run or the river takes that for true, which the run says', async () => {
    await pullAll(['daily', 'targeted', 'changers', 'monthly', 'ended']);
    house.simulator.setFaults([none]);
    for (const name of ['daily', 'targeted', 'changers'] as const) {
      const failed = `${name}-to-retry-${kind}`;
      expect((await house.run({ river: name }, failed)).end).toBe('failed');
      const { code, stdout } = await house.river('retry', failed, '--allow-emptied', '--wait', '--json');
      expect(code, stdout).toBe(0);
      const { warnings } = JSON.parse(stdout) as { warnings: { message: string; about: string }[] };
      expect(warnings).toHaveLength(name === 'daily' ? 3 : 1);
      for (const { about, message } of warnings)
        expect(`${about}: ${message}`).toMatch(
          /^data: \d+ existing rows (for|in) .* were deleted; the API returned none/,
        );
      expect(await content(house, name)).toEqual([]);
    }
    const run = await house.river('run', 'monthly', '--allow-emptied', '--wait', '--json');
    expect(run.code, run.stderr).toBe(0);
    expect(await house.pull({ river: 'ended', allowEmptied: true })).toMatchObject({
      rows: 0,
      warnings: [{ start: days[0], about: 'data' }],
    });
    const [stored] = await house.sql(
      `select settings from river_runs where river = 'ended' order by started_at desc`,
    );
    expect(JSON.parse(String(stored?.settings))).toMatchObject({ target: { emptied: 'allow' } });
    for (const name of ['monthly', 'ended']) expect(await content(house, name)).toEqual([]);
    expect((await house.pull({ river: 'ended' })).warnings).toEqual([]);
    expect(await verified(house)).toEqual([]);
  });

  it('of one day among others are kept with what the manifest says of them; a day that falls below half is replaced', async () => {
    const [first, second, third] = days;
    await pullAll(['monthly', 'pruned', 'unsplit']);
    for (const name of ['monthly', 'pruned', 'unsplit'] as const) {
      house.simulator.setFaults([
        { ...none, ...onDay(second) },
        { kind: 'fewerRows', rows: 1, ...onDay(third) },
      ]);
      const counts = async () =>
        Object.fromEntries(
          (await house.sql(`select "date" as day, count(*) as n from ${name} group by 1`)).map(
            ({ day, n }) => [String(day), Number(n)],
          ),
        );
      const booked = () =>
        house.sql(
          `select "day", run_id, rows from river_days where river = '${name}' and "day" = '${second}'`,
        );
      const [before, entry] = [await counts(), await booked()];
      const { warnings, chunks } = await house.pull({ river: name });
      const after = await counts();
      expect(chunks).toMatchObject({ loaded: 1, failed: 0 });
      expect(after).toMatchObject({ [String(first)]: before[first], [String(second)]: before[second] });
      expect(after[third]).toBeLessThan((before[third] ?? 0) / 2);
      expect(await booked()).toEqual(entry);
      expect(warnings).toMatchObject([
        {
          start: second,
          end: second,
          about: 'data',
          message: expect.stringContaining(`${before[second]} existing rows for ${second} were kept`),
        },
        {
          start: third,
          end: third,
          about: 'data',
          message: expect.stringMatching(
            new RegExp(
              `^${after[third]} rows? for ${third} replaced ${before[third]} existing rows?: fewer than half`,
            ),
          ),
        },
      ]);
    }
    expect(await verified(house)).toEqual([]);
    const command = ['run', 'unsplit', '--start', second, '--end', second, '--allow-emptied', '--wait'];
    expect((await house.river(...command)).code).toBe(0);
    expect(await house.sql(`select 1 as one from unsplit where "date" = '${second}'`)).toEqual([]);
    expect(await verified(house)).toEqual([]);
  });
});

describe.each(oneWarehouse)('rows for which none come any more, in %s', (kind) => {
  const opened = shareRivers({
    kind,
    rivers: pruned,
    simulator: { size: { rowsPerCall: [3, 12] } },
  });
  let house: Rivers;
  beforeEach(async () => {
    house = opened();
    house.simulator.setFaults([]);
  });

  it('because every data call was refused with 400 are kept, in each report that prunes', async () => {
    for (const [name, { report }] of Object.entries(pruned)) {
      house.simulator.setFaults([]);
      await house.pull({ river: name });
      const before = await content(house, name);
      expect(before.length, report).toBeGreaterThan(0);
      house.simulator.setFaults([
        { kind: 'status', status: 400, match: { endpoint: reportBySlug(report).endpoint } },
      ]);
      const [error, ...others] = refusedChunks(await house.run({ river: name }));
      expect(others).toEqual([]);
      expect(error).toMatch(/^ReportRefusedError: /);
      if (name === 'pruned') {
        expect(error).toMatch(
          /refused GetCustomersByAction\?Date=2026-01-0\d&ActionID=\d+ for every RecipientGroupID that was called: 400/,
        );
      }
      expect(await content(house, name), report).toEqual(before);
    }
  });
});
