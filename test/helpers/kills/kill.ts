import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '#warehouse/commit/mark-change';
import type { TcpProxy } from '../tcp-proxy.ts';
import type { KillableService, KillHouse } from './house.ts';
import type { KeptWorker } from './kept-worker.ts';

/** What is killed, by what it belongs to. */
const kinds = {
  worker: ['a worker', 'a worker in a commit'],
  temporal: ['the Temporal server', 'the way to Temporal'],
  postgres: ['Postgres', 'the way to Postgres'],
  api: ['the API'],
} as const;
export type KillTarget = (typeof kinds)[keyof typeof kinds][number];

/** How often each kind is killed, beside the others. */
export type KillWeights = Readonly<Record<keyof typeof kinds, number>>;
export const usualWeights: KillWeights = { worker: 6, temporal: 2, postgres: 4, api: 2 };
export const weightNames = Object.keys(usualWeights) as (keyof KillWeights)[];

/** Each target as often as its kind weighs, its siblings alike. */
export const targetsByWeight = (weights: KillWeights): KillTarget[] =>
  weightNames.flatMap((kind) =>
    Array.from({ length: weights[kind] }, (_, k): KillTarget => {
      const those: readonly KillTarget[] = kinds[kind];
      return those[k % those.length] as KillTarget;
    }),
  );

/** Steps of a commit: after its first statement, in its middle, and when all is written and nothing committed; with books apart the target is then. */
export const killedSteps: readonly Step[] = ['locked', 'inserted', 'unstaged'];

/** One kill that was asked for: everything by chance in it is settled before. */
export interface PlannedKill {
  readonly target: KillTarget;
  /** Which worker. */
  readonly worker: number;
  readonly step: Step;
  /** How long it is away. */
  readonly forMs: number;
  readonly outageAs: 'reset' | '503';
}

/** One kill that was done. */
export interface Kill {
  readonly target: KillTarget;
  readonly beganAt: number;
  readonly endedAt: number;
  /** Calls that the API had not answered at that moment. */
  readonly inFlight: number;
  /** Calls that may have been lost by it: those in flight, and one answer for each worker that felt it which it was just staging. */
  readonly mostLost: number;
}

/** Kills, and puts things back: a service is there again when this returns, and a worker is being started. */
export async function kill(house: KillHouse, planned: PlannedKill): Promise<Kill> {
  const { workers, simulator } = house;
  const worker = workers[planned.worker % workers.length];
  if (!worker) throw new Error('there is no worker to kill');
  await worker.works();
  let { target } = planned;
  let beganAt = Date.now();
  let { inFlight } = simulator.stats();
  if (target === 'a worker in a commit') {
    const isKilled = await killInCommit(workers, planned.step, commitWithinMs);
    if (!isKilled) {
      // Nothing was there to be committed.
      target = 'a worker';
      beganAt = Date.now();
      ({ inFlight } = simulator.stats());
      await worker.kill();
    }
  } else if (target === 'a worker') await worker.kill();
  else await interrupt(house, planned);
  const isOne = target === 'a worker' || target === 'a worker in a commit';
  const mostLost = inFlight + (isOne ? 1 : workers.length);
  return { target, beganAt, endedAt: Date.now(), inFlight, mostLost };
}

/** So long a worker is waited for to begin a commit. */
const commitWithinMs = 5_000;

/** `kill -9` of whichever worker is first in the middle of so many commits, after this step of them; false, and nothing killed, where none comes within that time. */
export async function killInCommit(
  workers: readonly KeptWorker[],
  step: Step,
  withinMs: number,
  commits = 1,
): Promise<boolean> {
  const holds = workers.map((worker) => ({ worker, hold: worker.holdInCommit(step, commits) }));
  const first = await Promise.race([
    ...holds.map(async ({ worker, hold: { held } }) => (await held) && worker),
    sleep(withinMs, undefined, { ref: false }),
  ]);
  await first?.kill();
  for (const { worker, hold } of holds) if (worker !== first) hold.release();
  return first !== undefined;
}

async function interrupt(house: KillHouse, { target, forMs, outageAs }: PlannedKill): Promise<void> {
  const { temporal, postgres, simulator } = house;
  if (target === 'the Temporal server') await restart(temporal, forMs);
  else if (target === 'Postgres') await restart(postgres, forMs);
  else if (target === 'the way to Temporal') await cut(temporal.way, forMs);
  else if (target === 'the way to Postgres') await cut(postgres.way, forMs);
  else {
    simulator.setFaults([{ kind: 'outage', as: outageAs }]);
    await sleep(forMs);
    simulator.setFaults([]);
  }
}

async function restart(service: KillableService, afterMs: number): Promise<void> {
  await service.kill();
  await sleep(afterMs);
  await service.startAgain();
}

async function cut(way: TcpProxy, forMs: number): Promise<void> {
  way.cut();
  await sleep(forMs);
  way.mend();
}
