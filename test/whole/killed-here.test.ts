import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { checkRiver } from '../helpers/kills/check-river.ts';
import { stagingIn } from '../helpers/kills/databases.ts';
import { type KillHouse, withKillHouse } from '../helpers/kills/house.ts';
import { killInCommit } from '../helpers/kills/kill.ts';
import {
  type DatabaseKind,
  databases,
  lastRiverOf,
  settingsOf,
  type TormentedRiver,
} from '../helpers/kills/rivers.ts';
import { endOf } from '../helpers/kills/storm.ts';

/** One chunk: what is waited for is its only commit. */
const riverOf = (kind: DatabaseKind, table: string): TormentedRiver => ({
  name: table,
  kind,
  load: 'append',
  table,
  report: 'customers-by-action',
  endpoint: 'customers/GetCustomersByAction',
  actions: [12],
  days: ['2026-01-01', '2026-01-02'],
  calls: 20,
});
const rowsIn = async ({ ask }: KillHouse, { kind, table }: TormentedRiver) =>
  Number((await ask[kind](`select count(*) as n from ${table}`))[0]?.n);

it.concurrent('a worker killed in the middle of a commit has committed nothing; the next one commits the same pages, and calls nothing', async () => {
  const steps = ['inserted', 'unstaged'] as const;
  const all = databases.flatMap((kind) =>
    steps.map((step) => ({ step, river: riverOf(kind, `${step}_in_${kind}`) })),
  );
  const rivers = settingsOf(all.map(({ river }) => river));
  await withKillHouse({ rivers, workers: 1, latencyMs: 0 }, async (house) => {
    const ends: ReturnType<typeof endOf>[] = [];
    for (const { step, river } of all) {
      await house.workers[0]?.works();
      const killed = killInCommit(house.workers, step, 60_000);
      ends.push(endOf(await house.start(river.name)));
      expect(await killed).toBe(true);
      expect(await rowsIn(house, river)).toBe(0);
      const states = await house.ask[river.kind](
        `select "state" from river_chunks where river = '${river.name}'`,
      );
      expect(states).toEqual([{ state: 'pulling' }]);
    }
    const runs = await Promise.all(ends);
    for (const [k, { river }] of all.entries()) {
      const run = runs[k];
      expect(run && (await checkRiver(house, river, run)).faults).toEqual([]);
    }
    expect(house.simulator.stats().calls).toBe(all.length * 20);
    for (const kind of databases) expect(await stagingIn(kind, house.ask[kind])).toEqual([]);
  });
}, 180_000);

it.concurrent('Postgres killed right after all is staged has all of it when it is there again: it is committed, and nothing is called again', async () => {
  const river = riverOf('pg', 'staged');
  await withKillHouse({ rivers: settingsOf([river]), workers: 1, latencyMs: 500 }, async (house) => {
    const run = endOf(await house.start(river.name));
    await until(async () => house.simulator.stats().calls > 0);
    // Whoever commits waits for this, until the server is killed.
    const lock = house.ask.pg(
      `select pg_sleep(600) from (select 1 from river_targets where "table" = '${river.table}' for update) as locked`,
    );
    const isLost = expect(lock).rejects.toThrow();
    await until(async () => (await waitingForLock(house)) === 1);
    expect(house.simulator.stats().calls).toBe(20);
    await house.postgres.kill();
    await isLost;
    await house.postgres.startAgain();
    expect((await checkRiver(house, river, await run)).faults).toEqual([]);
    expect(house.simulator.stats().calls).toBe(20);
    expect(await stagingIn('pg', house.ask.pg)).toEqual([]);
  });
}, 120_000);

it.concurrent('a worker killed in a short statement holds its run up for no longer than one killed elsewhere', async () => {
  const river = riverOf('pg', 'short');
  await withKillHouse({ rivers: settingsOf([river]), workers: 1 }, async (house) => {
    await endOf(await house.start(lastRiverOf('pg')));
    // Whoever opens a run waits for this.
    const lock = house.ask.pg('begin; lock table river_chunks in share mode; select pg_sleep(5)');
    const startedAt = performance.now();
    const run = endOf(await house.start(river.name));
    await until(async () => (await waitingForLock(house)) === 1);
    await house.workers[0]?.kill();
    await lock;
    expect((await checkRiver(house, river, await run)).faults).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(90_000);
  });
}, 400_000);

/** How many wait for a lock. */
async function waitingForLock({ ask }: KillHouse): Promise<number> {
  const [found] = await ask.pg(`select count(*) as n from pg_stat_activity where wait_event_type = 'Lock'`);
  return Number(found?.n);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}
