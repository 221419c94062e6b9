import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LoadMode } from '#domain/river/target';
import { documentOf } from '../helpers/commanded.ts';
import { daysBetween } from '../helpers/days-between.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';
import { type Pooler, startPgbouncer } from './start-pgbouncer.ts';

const report = 'customer-action-details-by-date';
const days = daysBetween('2026-01-01', '2026-01-08');
const loads: readonly LoadMode[] = ['replace', 'append', 'merge', 'overwrite'];
const rivers = Object.fromEntries(
  loads.map((load) => [
    load,
    {
      report,
      period: { start: days[0], end: days.at(-1) },
      chunks: { every: 'daily' },
      target: { table: `by_${load}`, load },
    },
  ]),
);

let pooler: Pooler;
beforeAll(async () => {
  pooler = await startPgbouncer(postgresUrl());
});
afterAll(() => pooler.stop());

const behindIt = (use: (house: Rivers) => Promise<void>) =>
  withRivers(
    {
      kind: 'pg',
      rivers,
      // Few at once, so that there are calls left to be met by a kill.
      connection: { maxConcurrentCalls: 2 },
      warehouseUrl: (url) => pooler.through(url),
    },
    use,
  );
const rowsIn = async ({ sql }: Rivers, load: LoadMode) =>
  Number((await sql(`select count(*) as n from by_${load}`))[0]?.n);
const isContent = async ({ river }: Rivers) =>
  documentOf<readonly { ok: boolean }[]>(await river('verify', '--json')).every(({ ok }) => ok);

describe('behind PgBouncer, which gives a connection for a transaction', () => {
  it('all load modes load every row once, two runs of each at once', () =>
    behindIt(async (house) => {
      const made = house.simulator.world.rowCount(report, { days });
      expect((await house.river('check')).stdout).toMatch(
        /✓ warehouse test|warehouse test.*can be written to/,
      );
      const ends = await Promise.all([...loads, ...loads].map((river) => house.run({ river })));
      // Of two that overwrite at once, the one that ends later is in the table.
      expect(ends.map(({ end }) => end)).toEqual(ends.map(() => 'succeeded'));
      expect(
        Object.fromEntries(await Promise.all(loads.map(async (load) => [load, await rowsIn(house, load)]))),
      ).toEqual({
        replace: made,
        append: 2 * made,
        merge: made,
        overwrite: made,
      });
      expect(await isContent(house)).toBe(true);
    }));

  it('a pooler that is killed again and again changes nothing of that', () =>
    behindIt(async (house) => {
      const made = house.simulator.world.rowCount(report, { days });
      house.simulator.setFaults([{ kind: 'slow', latencyMs: 400 }]);
      const running = Promise.all(loads.map((river) => house.run({ river })));
      let isOver = false;
      const end = () => {
        isOver = true;
      };
      void running.then(end, end);
      let kills = 0;
      for (; kills < 5 && !isOver; kills += 1) {
        const { calls } = house.simulator.stats();
        await vi.waitUntil(() => isOver || house.simulator.stats().calls > calls, { timeout: 150_000 });
        await pooler.restart();
      }
      expect(kills).toBeGreaterThan(2);
      expect((await running).map(({ end }) => end)).toEqual(loads.map(() => 'succeeded'));
      for (const load of loads) expect(await rowsIn(house, load), load).toBe(made);
      expect(await isContent(house)).toBe(true);
    }));
});
