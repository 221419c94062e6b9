import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { verifyRivers } from '#control/verify-rivers';
import type { WarehouseSetting } from '#domain/river/configuration';
import { connectDatabase } from '#warehouse/database';
import { joinDatabases } from '#warehouse/databases';
import { openWarehouse } from '#warehouse/open-warehouse';
import { aFile, loadText } from '../helpers/a-configuration.ts';
import { withWarehouse } from '../helpers/with-warehouse.ts';
import { aRun, loadRows, sampleShape, twoChunks } from './samples.ts';

const [first] = twoChunks;

/** Throws why `river verify` says nothing of the warehouse. */
async function verifies(setting: WarehouseSetting, table: string): Promise<void> {
  const configuration = await loadText(aFile);
  const river = configuration.rivers.get('codes');
  if (!river) throw new Error('the file has the river codes');
  const filling = { ...river, target: { ...river.target, warehouse: setting.name, table } };
  const { verifications, missing } = await verifyRivers(
    {
      ...configuration,
      rivers: new Map([['codes', filling]]),
      warehouses: new Map([[setting.name, setting]]),
    },
    async () => new Set(),
  );
  expect(verifications).toEqual([]);
  for (const { why } of missing) throw why;
}

test('a commit reaches its target, however many others wait for books with one connection', () =>
  withWarehouse(
    'pg',
    async ({ setting, warehouse }) => {
      await warehouse.listRuns(1);
      const [target, books] = [setting, setting.books ?? setting].map((each) => connectDatabase(each));
      if (!target || !books) throw new Error('two databases were opened');
      try {
        const databases = joinDatabases(books, target, setting.name);
        let holding = 0;
        const read = () =>
          databases.read(({ books }) => {
            holding += 1;
            return books.from('river_runs').count();
          });
        const reading = await databases.transact(async ({ books, inTarget }) => {
          await books.from('river_runs').count();
          const readers = Array.from({ length: 20 }, read);
          // Each has asked for its connection to the target by then, before the commit does.
          for (let turn = 0; turn < 20; turn += 1) await setImmediate();
          await inTarget(async ({ target }) => target.rows('select 1'));
          // A pooler may give the target fewer connections than there are readers.
          expect(holding).toBe(0);
          return readers;
        });
        expect(await Promise.all(reading)).toHaveLength(20);
      } finally {
        await Promise.all([target.close(), books.close()]);
      }
    },
    'sqlite',
  ));

test(
  'what the books refuse while the target is changed is tried again from the beginning of both, or told as theirs',
  () =>
    withWarehouse(
      'pg',
      async ({ setting, warehouse, sql }) => {
        await warehouse.listRuns(1);
        const [target, books] = [setting, setting.books ?? setting].map((each) => connectDatabase(each));
        if (!target || !books) throw new Error('two databases were opened');
        try {
          const databases = joinDatabases(books, target, setting.name);
          let [begun, changed] = [0, 0];
          await databases.transact(async (turn) => {
            begun += 1;
            await turn.books.from('river_runs').count();
            // What has read before another wrote may not write any more: SQLite gives it up.
            if (begun === 1) await sql('delete from river_runs');
            await turn.inTarget(async ({ target, books }) => {
              changed += 1;
              await target.rows('select 1');
              await books.from('river_runs').delete();
            });
          });
          expect([begun, changed]).toEqual([2, 2]);

          const refused = databases.transact(({ inTarget }) =>
            inTarget(({ books }) => books.rows('select * from river_no_such_table')),
          );
          await expect(refused).rejects.toThrow(/^The warehouse books at .*no such table/);
        } finally {
          await Promise.all([target.close(), books.close()]);
        }
      },
      'sqlite',
    ),
  20_000,
);

test.each(['pg', 'sqlite'] as const)(
  'a table in %s that was filled with books elsewhere is not taken for one with books beside it, nor the other way round',
  (kind) =>
    withWarehouse(
      kind,
      async ({ setting, warehouse: apart }) => {
        const { books: _, ...alone } = setting;
        const itself = await openWarehouse(alone);
        try {
          const into = (table: string, runId: string) =>
            aRun({ runId, workflowId: runId, target: { table, load: 'append' } });
          await loadRows(apart, into('apart', 'run-1'), [[first, [['2026-01-01', 1, 'a']]]]);
          await loadRows(itself, into('beside', 'run-2'), [[first, [['2026-01-01', 1, 'a']]]]);
          for (const [table, others, sentence] of [
            ['apart', itself, /^The table apart of the warehouse test belongs to other books: .* left out\./],
            [
              'beside',
              apart,
              /^The table beside of the warehouse test was filled while test kept its own books: /,
            ],
          ] as const) {
            const days = { start: '2026-01-01', end: '2026-01-01' };
            for (const refused of [
              () => others.recordRun(into(table, 'run-3'), [first], sampleShape),
              () => others.checkWarehouse([{ table, load: 'append' }]),
              () => verifies(others === apart ? setting : alone, table),
              () => others.deleteLoadedDays({ river: 'sample', table, dayColumn: 'date', days }),
            ])
              await expect(refused()).rejects.toThrow(sentence);
          }
        } finally {
          await itself.close();
        }
      },
      'sqlite',
    ),
);

test('river verify does not take new books in the place of those that are gone for a warehouse that is empty', () =>
  withWarehouse(
    'sqlite',
    async ({ setting, warehouse }) => {
      await loadRows(warehouse, aRun(), [[first, [['2026-01-01', 1, 'a']]]]);
      await withWarehouse('sqlite', ({ setting: books }) =>
        expect(verifies({ ...setting, books }, 'sample')).rejects.toThrow(
          'The table sample of the warehouse test belongs to other books: ',
        ),
      );
    },
    'sqlite',
  ));
