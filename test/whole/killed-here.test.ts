import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
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
import { shareOpened } from '../helpers/share-rivers.ts';

/** One chunk: what is waited for is its only commit. */
const riverOf = (
  kind: DatabaseKind,
  table: string,
  load: TormentedRiver['load'] = 'append',
): TormentedRiver => ({
  name: table,
  kind,
  load,
  table,
  report: 'customers-by-action',
  endpoint: 'customers/GetCustomersByAction',
  actions: [12],
  days: ['2026-01-01', '2026-01-02'],
  calls: 20,
});
const rowsIn = async ({ ask }: KillHouse, { kind, table }: TormentedRiver) =>
  Number((await ask[kind](`select count(*) as n from ${table}`))[0]?.n);

describe('a worker killed', () => {
  const kills = [
    {
      load: 'append',
      step: 'inserted',
      what: 'in a commit has committed nothing',
      state: 'pulling',
      isLoaded: false,
    },
    {
      load: 'append',
      step: 'committed',
      what: 'after a commit, before it told, has committed everything',
      state: 'loaded',
      isLoaded: true,
    },
    {
      load: 'merge',
      step: 'collected',
      what: 'in a merge has merged nothing',
      state: 'pulling',
      isLoaded: false,
    },
    {
      load: 'overwrite',
      step: 'removed',
      what: 'while a table is overwritten has left it as it was, and the chunks in their shadow',
      state: 'loaded',
      isLoaded: false,
    },
  ] as const;
  const killedIn = ({ step, load }: (typeof kills)[number]) =>
    databases.map((kind) => riverOf(kind, `${step}_in_${kind}`, load));
  const [opened, closed] = [riverOf('pg', 'opened'), riverOf('pg', 'closed')];
  const rivers = settingsOf([...kills.flatMap(killedIn), opened, closed]);
  const shared = shareOpened<KillHouse>((use) => withKillHouse({ rivers, workers: 1, latencyMs: 300 }, use));
  let house: KillHouse;
  beforeEach(async () => {
    house = shared();
    house.simulator.reset();
    await house.workers[0]?.works();
  });

  it.each(kills)('$what: the next one goes on from there, and calls nothing', async (each) => {
    const { step, state, isLoaded } = each;
    const those = killedIn(each);
    const killed = killInCommit(house.workers, step, 300_000, those.length);
    const runs = those.map(async ({ name }) => endOf(await house.start(name)));
    expect(await killed).toBe(true);
    for (const river of those) {
      expect((await rowsIn(house, river)) > 0).toBe(isLoaded);
      const states = await house.ask[river.kind](
        `select "state" from river_chunks where river = '${river.name}'`,
      );
      expect(states).toEqual([{ state }]);
    }
    for (const [at, run] of (await Promise.all(runs)).entries()) {
      const river = those[at] as TormentedRiver;
      expect((await checkRiver(house, river, run)).faults).toEqual([]);
      expect(await stagingIn(river.kind, house.ask[river.kind])).toEqual([]);
    }
    expect(house.simulator.stats().calls).toBe(those.length * 20);
  });

  it('while it opens a run, or closes it, holds that up for no longer than one killed elsewhere', async () => {
    await endOf(await house.start(lastRiverOf('pg')));
    const before = house.simulator.stats().calls;
    const startedAt = performance.now();
    const unlockOpening = lock(house, 'begin; lock table river_chunks in share mode');
    const first = endOf(await house.start(opened.name));
    await until(async () => (await waitingFor(house, 'river_chunks')) === 1);
    await house.workers[0]?.kill();
    await unlockOpening();
    expect((await checkRiver(house, opened, await first)).faults).toEqual([]);

    const [second, goOn] = await heldUp(house, closed);
    // Only the end of the run is still to be written there.
    const unlockClosing = lock(
      house,
      `begin; select from river_runs where river = '${closed.name}' for update`,
    );
    await goOn();
    await until(async () => (await waitingFor(house, 'river_runs')) === 1);
    await house.workers[0]?.kill();
    await unlockClosing();
    expect((await checkRiver(house, closed, await second)).faults).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(180_000);
    expect(house.simulator.stats().calls).toBe(before + 2 * 20);
  });
});

it.concurrent('Postgres killed right after all is staged has all of it when it is there again: it is committed, and nothing is called again', async () => {
  const river = riverOf('pg', 'staged');
  await withKillHouse({ rivers: settingsOf([river]), workers: 1 }, async (house) => {
    const [run, goOn] = await heldUp(house, river);
    // Whoever commits waits for this, until the server is killed.
    const lock = house.ask.pg(
      `select pg_sleep(600) from (select 1 from river_targets where target = '${river.table}' for update) as locked`,
    );
    const isLost = expect(lock).rejects.toThrow();
    await goOn();
    await until(async () => (await waitingFor(house, 'river_targets')) === 1);
    expect(house.simulator.stats().calls).toBe(20);
    await house.postgres.kill();
    await isLost;
    await house.postgres.startAgain();
    expect((await checkRiver(house, river, await run)).faults).toEqual([]);
    expect(house.simulator.stats().calls).toBe(20);
    expect(await stagingIn('pg', house.ask.pg)).toEqual([]);
  });
});

it.concurrent('Postgres killed while pages are staged loses those, and only their calls are made again', async () => {
  const river = riverOf('pg', 'staging');
  await withKillHouse({ rivers: settingsOf([river]), workers: 1 }, async (house) => {
    const [run, goOn] = await heldUp(house, river);
    // Whoever stages a page counts its calls there first.
    const unlock = lock(house, `begin; select from river_chunks where river = '${river.name}' for update`);
    await goOn();
    await until(async () => (await waitingFor(house, 'river_chunks')) > 0);
    const [staged] = await house.ask.pg('select count(*) as n from river_calls');
    await house.postgres.kill();
    await unlock('lost');
    await until(async () => {
      const { calls } = house.simulator.stats();
      await sleep(1_000);
      return house.simulator.stats().inFlight === 0 && house.simulator.stats().calls === calls;
    });
    const { calls: sent } = house.simulator.stats();
    await house.postgres.startAgain();
    expect((await checkRiver(house, river, await run)).faults).toEqual([]);
    // What was staged is there; what was sent beside it is made once more, and the rest once.
    expect(sent).toBeGreaterThan(Number(staged?.n));
    expect(house.simulator.stats().calls).toBe(sent + 20 - Number(staged?.n));
    expect(await stagingIn('pg', house.ask.pg)).toEqual([]);
  });
});

it.concurrent('the Temporal server killed while a chunk is committed is told of it when it is there again: nothing is loaded or called again', async () => {
  const river = riverOf('pg', 'untold');
  await withKillHouse({ rivers: settingsOf([river]), workers: 1 }, async (house) => {
    const [run, goOn] = await heldUp(house, river);
    const unlock = lock(house, `begin; select from river_targets where target = '${river.table}' for update`);
    await goOn();
    await until(async () => (await waitingFor(house, 'river_targets')) === 1);
    await house.temporal.kill();
    await unlock();
    await until(async () => (await rowsIn(house, river)) > 0);
    await house.temporal.startAgain();
    expect((await checkRiver(house, river, await run)).faults).toEqual([]);
    expect(house.simulator.stats().calls).toBe(20);
  });
});

/** Whoever wants the same waits, until it is unlocked. */
function lock({ ask }: KillHouse, statement: string): (how?: 'lost') => Promise<void> {
  const isLost = expect(ask.pg(`${statement}; select pg_sleep(600)`)).rejects.toThrow();
  return async (how) => {
    // With the server itself, where that was killed.
    if (how === 'lost') return isLost;
    await ask.pg(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)' and pid <> pg_backend_pid()`,
    );
    await isLost;
  };
}

/** Starts a run whose calls are answered once something is locked. */
async function heldUp(house: KillHouse, { name }: TormentedRiver) {
  const { simulator, ask } = house;
  simulator.setFaults([{ kind: 'hold' }]);
  const run = endOf(await house.start(name));
  await until(async () => simulator.stats().inFlight > 0);
  const goOn = async () => {
    await until(async () => {
      const [found] = await ask.pg(`select count(*) as n from pg_stat_activity where wait_event = 'PgSleep'`);
      return Number(found?.n) > 0;
    });
    simulator.setFaults([]);
  };
  return [run, goOn] as const;
}

/** How many statements on that table wait for a lock. */
async function waitingFor({ ask }: KillHouse, table: string): Promise<number> {
  const [found] = await ask.pg(
    `select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and query like '%"${table}"%'`,
  );
  return Number(found?.n);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}
