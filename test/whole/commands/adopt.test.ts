import { describe, expect, it } from 'vitest';
import { verifyRivers } from '#control/verify-rivers';
import { documentOf, nowhere } from '../../helpers/commanded.ts';
import { pullAt, runAt } from '../../helpers/run-at.ts';
import { type Rivers, withRivers } from '../../helpers/with-rivers.ts';
import { type WarehouseKind, warehouseKinds } from '../../helpers/with-warehouse.ts';

const slug = 'customer-action-details-by-date';
const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];
const tracking = { start: '2026-01-01' };
const rivers = {
  // What the other connector has loaded: its table is copied from this river's.
  before: {
    report: slug,
    period: { start: days[0], end: days[3] },

    target: { table: 'before' },
  },
  moved: {
    report: slug,
    period: tracking,
    chunks: { every: 'daily' },

    target: { table: 'moved' },
  },
  channels: { report: 'execution-channels', target: { table: 'channels' } },
  numbered: { report: slug, period: { start: days[0], end: days[3] }, target: { table: 'numbered' } },
};
const rowsOn = (house: Rivers, ...of: string[]) => house.simulator.world.rowCount(slug, { days: of });
const verified = async (house: Rivers, name: string) =>
  (await verifyRivers(await house.configuration(), async () => new Set(), name)).verifications;

/** As another connector keeps the rows: its own order, spelling and types, a column of its own, and nothing of River's. */
async function makeForeignTable({ sql, run }: Rivers, kind: WarehouseKind): Promise<void> {
  expect(await run({ river: 'before' })).toMatchObject({ end: 'succeeded' });
  const day = kind === 'pg' ? '"date"::timestamp' : `"date" || 'T00:00:00'`;
  await sql(
    `create table moved as select customer_id as "CustomerID", cast(action_id as text) as actionid, 'r' as loaded_by, ${day} as "Date", channel_id as "Channel Id", recipient_group_id as "RECIPIENT_GROUP_ID" from "before"`,
  );
}

describe.each(warehouseKinds)('river adopt, in %s,', (kind) => {
  it('makes what another connector has loaded the rows of a river, which then replaces and tracks them', () =>
    withRivers({ kind, rivers }, async (house) => {
      const { river, sql, simulator } = house;
      await makeForeignTable(house, kind);
      const before = simulator.stats().calls;
      const total = rowsOn(house, ...days);
      const refusal = `The table moved has ${total} rows that no river has loaded, from 2026-01-01 to 2026-01-04: moved would not replace them`;
      const refused = await runAt(house, '2026-01-06', { river: 'moved' });
      expect(JSON.stringify(refused)).toContain(refusal);
      expect(JSON.stringify(refused)).toContain('river adopt moved --start 2026-01-01 --end 2026-01-04');
      const checked = await river('check');
      expect(checked.stdout).toContain(refusal);
      expect(simulator.stats().calls - before).toBeLessThanOrEqual(1);
      const columns = async () => Object.keys((await sql('select * from moved limit 1'))[0] ?? {});
      expect(await columns()).not.toContain('_river');

      const first = await river('adopt', 'moved', '--start', '2026-01-01', '--end', '2026-01-02', '--json');
      expect(documentOf(first)).toMatchObject({
        river: 'moved',
        warehouse: 'test',
        table: 'moved',
        days: 2,
        rows: rowsOn(house, '2026-01-01', '2026-01-02'),
      });
      // The other days are still another's, and would be there twice.
      expect(JSON.stringify(await runAt(house, '2026-01-06', { river: 'moved' }))).toContain(
        'from 2026-01-03 to 2026-01-04',
      );
      const second = await river('adopt', 'moved', '--start', '2026-01-01', '--end', '2026-01-31');
      expect(second.stdout).toContain(
        `${rowsOn(house, '2026-01-03', '2026-01-04')} rows of 2 days from 2026-01-01 to 2026-01-31 in test.moved are now rows of moved.`,
      );
      expect(await columns()).toEqual([
        'CustomerID',
        'actionid',
        'loaded_by',
        'Date',
        'Channel Id',
        'RECIPIENT_GROUP_ID',
        '_river',
        '_run_id',
        '_chunk',
        '_loaded_at',
      ]);
      expect(await verified(house, 'moved')).toMatchObject([
        { ok: true, days: 4, loaded: total, found: total },
      ]);
      // dbt's sources name the columns as they stand there, also in the test of the key.
      const { stdout: sources } = await river('dbt', 'moved', '--output', '-');
      for (const name of ['CustomerID', 'actionid', 'Date', 'Channel Id', 'RECIPIENT_GROUP_ID'])
        expect(sources).toMatch(
          new RegExp(
            `name: ${name}$[^]*cast\\("${name}" as text|cast\\("${name}" as text[^]*name: ${name}$`,
            'm',
          ),
        );
      expect(sources).not.toContain('customer_id');
      expect(
        (await river('adopt', 'moved', '--start', '2026-01-01', '--end', '2026-01-31')).stdout,
      ).toContain('nothing to adopt');

      const tracked = await pullAt(house, '2026-01-06', { river: 'moved' });
      expect(tracked).toMatchObject({ period: { start: '2026-01-05', end: '2026-01-06' } });
      const own = { start: '2026-01-02', end: '2026-01-03' };
      await pullAt(house, '2026-01-06', { river: 'moved', period: own });
      const all = rowsOn(house, ...days, '2026-01-05', '2026-01-06');
      const [held] = await sql(
        'select count(*) as n, count(loaded_by) as theirs, count(distinct "CustomerID") as customers from moved',
      );
      expect(Number(held?.n)).toBe(all);
      expect(Number(held?.theirs)).toBe(rowsOn(house, '2026-01-01', '2026-01-04'));
      expect(Number(held?.customers)).toBeGreaterThan(1);
      expect(
        await sql('select * from moved where "CustomerID" is null or actionid is null or "Date" is null'),
      ).toEqual([]);
      expect(await verified(house, 'moved')).toMatchObject([{ ok: true, days: 6, found: all }]);
      expect(
        (await river('forget', 'moved', '--start', '2026-01-01', '--end', '2026-01-01')).stdout,
      ).toContain(`${rowsOn(house, '2026-01-01')} rows of moved deleted`);
      const listed = documentOf(await river('status', '--json'));
      expect(JSON.stringify(listed)).toContain('adopted-moved-');
    }));

  it('a report without days is adopted whole, and replaced by the next run', () =>
    withRivers({ kind, rivers }, async (house) => {
      const { river, sql } = house;
      await sql(`create table channels ("ChannelID" integer, "ChannelName" text)`);
      await sql(`insert into channels values (4, 'Mail'), (15, 'Push')`);
      expect(JSON.stringify(await house.run({ river: 'channels' }))).toContain('river adopt channels`');
      expect(documentOf(await river('adopt', 'channels', '--json'))).toMatchObject({
        period: null,
        days: 0,
        rows: 2,
      });
      expect(await verified(house, 'channels')).toMatchObject([{ ok: true, found: 2 }]);
      await house.pull({ river: 'channels' });
      expect(await sql(`select * from channels where _run_id is null or "ChannelID" is null`)).toEqual([]);
      expect(await verified(house, 'channels')).toMatchObject([
        { ok: true, found: house.simulator.world.rowCount('execution-channels') },
      ]);
    }));
});

it('river adopt refuses what it cannot adopt, changes nothing then, and needs no Temporal', () =>
  withRivers({ kind: 'sqlite', rivers, worker: false }, async (house) => {
    const { river, sql, startIn } = house;
    const range = ['--start', '2026-01-01', '--end', '2026-01-02'];
    const refusedWith = async (words: RegExp, ...args: string[]) => {
      const refused = await river('adopt', ...args);
      expect(refused, args.join(' ')).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(words);
    };
    await refusedWith(/There is no table moved, so moved has no rows to adopt/, 'moved', ...range);
    await refusedWith(/Name the days of moved to adopt, with --start and --end/, 'moved');
    await refusedWith(/Give both --start and --end/, 'moved', '--start', '2026-01-01');
    await refusedWith(/bear no day: leave --start and --end out/, 'channels', ...range);
    await refusedWith(/no river "mooved", did you mean "moved"/, 'mooved', ...range);
    await sql(`create view moved as select 'c' as customer_id`);
    await refusedWith(/moved is a view: a river fills tables only/, 'moved', ...range);
    await sql('drop view moved');
    await sql('create table moved (customer_id text, action_id integer)');
    await refusedWith(/has no column date with the day of a row/, 'moved', ...range);
    await sql('alter table moved add column "Date" text');
    await sql(`insert into moved values ('c', 1, '01/02/2026')`);
    await refusedWith(
      /1 row of moved have a day in Date \(text\) that is not written YYYY-MM-DD/i,
      'moved',
      ...range,
    );
    expect(Object.keys((await sql('select * from moved'))[0] ?? {})).toEqual([
      'customer_id',
      'action_id',
      'Date',
    ]);
    await sql(`update moved set "Date" = '2026-01-02'`);
    const env = { TEMPORAL_ADDRESS: await nowhere() };
    expect((await startIn(env, 'adopt', 'moved', ...range).end).stdout).toContain('1 row of 1 day');
    // SQLite keeps anything in a column that is declared as a date.
    await sql('create table numbered (customer_id text, action_id integer, "date" date)');
    await sql(`insert into numbered values ('c', 1, 1767225600000), ('d', 1, '02.01.2026')`);
    expect(JSON.stringify(await river('check', '--json'))).toContain(
      'Make them rows of numbered with `river adopt numbered --start YYYY-MM-DD --end YYYY-MM-DD`',
    );
    await refusedWith(
      /2 rows of numbered have a day in date \(date\) that is not written YYYY-MM-DD/,
      'numbered',
      ...range,
    );
    // A row that comes beside what the river has.
    await sql(`insert into moved (customer_id, action_id, "Date") values ('d', 1, '2026-01-02')`);
    await refusedWith(
      /moved has loaded 2026-01-02 into moved itself, and the table has rows of something else/,
      'moved',
      ...range,
    );
  }));
