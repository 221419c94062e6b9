import { setTimeout as sleep } from 'node:timers/promises';
import { waitForEnd } from '#control/run-end';
import { startRun } from '#control/start-run';
import { type Histories, readHistories } from '../../test/helpers/histories.ts';
import type { House } from './house.ts';
import type { LongRiver } from './rivers.ts';
import type { Memory } from './worker.ts';

export interface Figures {
  readonly seconds: number;
  readonly run: Histories;
  readonly budget: Histories;
  readonly chunksLoaded: number;
  readonly chunksFailed: number;
  /** As the run says, as its table has, and as the simulator knows without a call. */
  readonly rows: readonly [said: number, stand: number, made: number];
  /** As the run says, and as the simulator has logged. */
  readonly calls: readonly [said: number, logged: number];
  readonly refused: number;
  /** What the worker held in the first tenth of the time, and in the last. */
  readonly memory: readonly [first: Memory, last: Memory];
}

const sampleEveryMs = 2_000;

/** Runs the river to its end, and asks everybody what came of it. */
export async function measure(house: House, river: LongRiver): Promise<Figures> {
  const { simulator, client, address, budgetId } = house;
  const began = performance.now();
  const temporal = { client, address, namespace: 'default', close: async () => {} };
  const handle = await startRun(temporal, { river: river.name, input: { river: river.name } });
  const ending = waitForEnd(handle);
  const samples = await samplesUntil(ending, house);
  const end = await ending;
  const seconds = (performance.now() - began) / 1000;
  if (end.end !== 'succeeded') throw new Error(`the run did not succeed: ${JSON.stringify(end)}`);
  const { result } = end;
  const { days, actions } = river;
  const made = simulator.world.rowCount(river.report, { days, ...(actions.length > 0 && { actions }) });
  const { calls, refused } = simulator.stats();
  return {
    seconds,
    run: await readHistories(client, handle.workflowId),
    budget: await readHistories(client, budgetId),
    chunksLoaded: result.chunks?.loaded ?? 0,
    chunksFailed: result.chunks?.failed ?? 0,
    rows: [result.rows ?? 0, await house.countRows(), made],
    calls: [result.calls ?? 0, calls],
    refused,
    memory: tenthsOf(samples),
  };
}

async function samplesUntil(ending: Promise<unknown>, { worker }: House): Promise<Memory[]> {
  const ended = ending.then(
    () => true,
    () => true,
  );
  const samples: Memory[] = [];
  do samples.push(await worker.memory());
  while (!(await Promise.race([ended, sleep(sampleEveryMs, false)])));
  return samples;
}

/** The first tenth and the last; the very first samples are those of a worker that has just started. */
function tenthsOf(samples: readonly Memory[]): readonly [Memory, Memory] {
  const count = Math.ceil(samples.length / 10);
  return [typical(samples.slice(0, count)), typical(samples.slice(-count))];
}

/** The middle one; of what is not collected when it is asked for the least, which was just after a collection. */
const typical = (samples: readonly Memory[]): Memory => ({
  resident: middle(samples.map(({ resident }) => resident)),
  heap: middle(samples.map(({ heap }) => heap)),
  workflows: Math.min(...samples.map(({ workflows }) => workflows)),
});

const middle = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
