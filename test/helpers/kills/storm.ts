import { setTimeout as sleep } from 'node:timers/promises';
import type { RunHandle } from '#control/start-run';
import { createRandom } from '#simulator/world/random';
import { checkCalls } from './check-calls.ts';
import { checkRiver, type EndedRun } from './check-river.ts';
import { stagingIn } from './databases.ts';
import type { KillHouse } from './house.ts';
import {
  type Kill,
  type KillTarget,
  type KillWeights,
  kill,
  killedSteps,
  targetsByWeight,
  usualWeights,
} from './kill.ts';
import { databases, keepBooks, lastRiverOf, riversOfRound } from './rivers.ts';

export interface StormOptions {
  /** The same seed plans the same kills; when they meet which call is up to the machine. */
  readonly seed: string;
  readonly kills: number;
  /** After that nothing more is killed. */
  readonly killForMs: number;
  /** A run that has not ended so long after the last kill has not ended by itself. */
  readonly endWithinMs: number;
  /** How long the periods of the rivers are. */
  readonly dayCount: number;
  /** What is killed first, in this order; the rest follows from the seed. */
  readonly first?: readonly KillTarget[];
  readonly weights?: KillWeights;
  readonly say: (line: string) => void;
}

/** What a storm has come to. */
export interface StormFigures {
  readonly kills: readonly Kill[];
  readonly runs: number;
  readonly rows: number;
  readonly calls: number;
  /** Sent again though the API had not failed. */
  readonly repeated: number;
  /** All that may have been lost at the kills. */
  readonly mostLost: number;
  /** A sentence for each thing that is not as it is promised. */
  readonly faults: readonly string[];
}

/**
 * Pulls rivers in rounds, in all warehouses and two load modes at once, and kills meanwhile. When enough is killed, the
 * round under way comes to its end, and one more run into each warehouse follows. Nobody helps: a run is started and waited for.
 */
export async function storm(house: KillHouse, options: StormOptions): Promise<StormFigures> {
  const { say, dayCount } = options;
  const kills: Kill[] = [];
  const faults: string[] = [];
  const total = { runs: 0, rows: 0, calls: 0, repeated: 0 };
  const stopAt = Date.now() + options.killForMs;
  const isOver = () => kills.length >= options.kills || Date.now() >= stopAt;
  for (let round = 0; !isOver(); round += 1) {
    house.simulator.reset();
    const rivers = riversOfRound(round, dayCount);
    const before = kills.length;
    let isUnderWay = true;
    const ended = Promise.all(rivers.map(async ({ name }) => endOf(await house.start(name)))).finally(() => {
      isUnderWay = false;
    });
    const killing = (async () => {
      while (isUnderWay && !isOver()) {
        const next = await killNext(house, options, kills.length);
        if (!isUnderWay) break; // there was nothing left to harm
        kills.push(next);
        say(`${kills.length} ${next.target}, ${next.inFlight} calls in flight`);
      }
    })();
    await killing;
    const runs = await within(options.endWithinMs, ended);
    if (!runs) {
      faults.push(
        `Round ${round + 1}: a run has not ended ${options.endWithinMs / 1000} s after the last kill.`,
      );
      break;
    }
    for (const [k, river] of rivers.entries()) {
      const run = runs[k];
      if (!run) throw new Error(`${river.name} has no end`);
      const { rows, faults: wrong } = await checkRiver(house, river, run);
      total.rows += rows;
      faults.push(...wrong);
    }
    const counted = checkCalls(house.simulator.calls(), rivers, kills.slice(before));
    faults.push(...counted.faults, ...(await checkLog(house, runs, kills.slice(before))));
    total.runs += rivers.length;
    total.calls += counted.calls;
    total.repeated += counted.repeated;
    say(`Round ${round + 1} has ended: ${counted.calls} calls, ${counted.repeated} of them repeated.`);
  }
  if (faults.length === 0) faults.push(...(await lastRuns(house)));
  const mostLost = kills.reduce((sum, each) => sum + each.mostLost, 0);
  if (total.repeated > mostLost)
    faults.push(
      `${total.repeated} calls were repeated, and at most ${mostLost} were in flight at the kills.`,
    );
  return { kills, ...total, mostLost, faults };
}

async function killNext(
  house: KillHouse,
  { seed, first = [], weights = usualWeights }: StormOptions,
  which: number,
): Promise<Kill> {
  const random = createRandom(seed);
  await sleep(random.between([300, 3_000], 'pause', which));
  // Better something than nothing is harmed.
  for (let k = 0; k < 40 && house.simulator.stats().inFlight === 0; k += 1) await sleep(50);
  return kill(house, {
    target: first[which] ?? random.pick(targetsByWeight(weights), 'target', which),
    worker: random.between([0, 100], 'worker', which),
    step: random.pick(killedSteps, 'step', which),
    forMs: random.between([100, 1_500], 'away', which),
    outageAs: random.pick(['reset', '503'] as const, 'outage', which),
  });
}

/** Waits for the end of a run; the server may be away at any moment of it. */
export async function endOf(handle: RunHandle): Promise<EndedRun> {
  for (;;) {
    const status = await handle.describe().then(
      ({ status: { name } }) => name,
      () => 'RUNNING',
    );
    if (status !== 'RUNNING') return { runId: handle.firstExecutionRunId, status };
    await sleep(250);
  }
}

/** `river_calls` of a round's runs against the API's own log: of a call in flight at a kill the answer may not be noted. */
async function checkLog(
  { simulator, ask }: KillHouse,
  runs: readonly EndedRun[],
  kills: readonly Kill[],
): Promise<string[]> {
  const ids = runs.map(({ runId }) => `'${runId}'`).join(', ');
  const noted = await Promise.all(
    keepBooks.map(async (kind) => {
      const [count] = await ask[kind](`select count(*) as n from river_calls where run_id in (${ids})`);
      return Number(count?.n);
    }),
  );
  const missing = simulator.stats().calls - noted.reduce((sum, each) => sum + each, 0);
  const mostMissing = kills.reduce((sum, { mostLost }) => sum + mostLost, 0);
  return missing >= 0 && missing <= mostMissing
    ? []
    : [`river_calls lacks ${missing} of the calls that the API saw, and may lack 0 to ${mostMissing}.`];
}

/** A run into each warehouse when all is over: it leaves no staging behind, its own or another's. */
async function lastRuns(house: KillHouse): Promise<string[]> {
  const ends = await Promise.all(
    databases.map(async (kind) => {
      const { status } = await endOf(await house.start(lastRiverOf(kind)));
      return status === 'COMPLETED' ? [] : [`The last run into ${kind} has ended as ${status}.`];
    }),
  );
  // What is staged for `apart` lies in the books of `pg`.
  const left = await Promise.all(
    keepBooks.map(async (kind) =>
      (await stagingIn(kind, house.ask[kind])).map((table) => `${table} is left in ${kind}.`),
    ),
  );
  return [...ends, ...left].flat();
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, sleep(ms, undefined, { ref: false })]);
}
