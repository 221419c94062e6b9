/**
 * `npm run bench:budget`: what the shared call budget promises, measured with real worker processes, a real Temporal
 * server and a simulator that enforces compressed windows exactly (400 calls a minute and 30 in 3 s). The clocks of the
 * workers are five minutes ahead, five behind, and right. For each number of workers a line for a backfill with a small
 * run in its middle, one for ten equal runs at once, one for a backfill on each of three connections at once, and one
 * for a backfill through kills (-9), stalls (SIGSTOP) and a restart of the Temporal server.
 *
 * `--workers 1,4,20` says which, `--only ten,kills` which lines; `--quick` takes a shorter long window and fewer calls.
 * Exit code 1 where a line misses what is promised. Each line takes a few minutes at most. The last column says how busy the machine was meanwhile with all that runs on
 * it: where no time is left over, the figures tell of the machine.
 */
import { constants, cpus, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { createConfigurations } from '#config/watch-configuration';
import { startWorker } from '#workers/start-worker';
import { bestClockShifter } from '../test/helpers/clock-ahead.ts';
import { say, withHouse } from './budget/house.ts';
import {
  type Figures,
  measureBackfill,
  measureKills,
  measureSideBySide,
  measureTen,
} from './budget/measure.ts';
import { missed } from './budget/missed.ts';

const { values: options, positionals } = parseArgs({
  options: {
    workers: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const [what, file, address] = positionals;

const inThreeSeconds = { calls: 30, perMs: 3_000 };
const sizes = {
  whole: {
    windows: [{ calls: 400, perMs: 60_000 }, inThreeSeconds],
    calls: 780,
    workers: [1, 4, 20],
    tormentMs: 40_000,
  },
  quick: {
    windows: [{ calls: 100, perMs: 15_000 }, inThreeSeconds],
    calls: 200,
    workers: [1, 4],
    tormentMs: 12_000,
  },
};

if (what === undefined) await measureAll();
else if (what === 'worker' && file && address) await work(file, address);
else throw new Error(`bench/budget.ts does not know ${positionals.join(' ')}`);

async function measureAll(): Promise<void> {
  const { windows, calls, workers, tormentMs } = options.quick ? sizes.quick : sizes.whole;
  // The simulator counts calls where they arrive: it must not be late because workers keep the machine busy.
  prefer(constants.priority.PRIORITY_HIGH);
  const counts = options.workers?.split(',').map(Number) ?? workers;
  const only = options.only?.split(',');
  say(
    `Windows: ${windows.map(({ calls: most, perMs }) => `${most} calls in ${perMs / 1000} s`).join(', ')}. ` +
      `Clocks of the workers: +5, −5 and 0 min, by ${bestClockShifter}.`,
  );
  line([
    'workers',
    '',
    'most ÷ limit',
    'refused',
    'extra calls',
    'time ÷ least',
    'small run',
    'slowest share',
    'machine busy',
  ]);
  for (const count of counts) {
    await withHouse({ workers: count, windows, calls }, async (house) => {
      const torment = { workers: count, forMs: tormentMs };
      const parts = {
        backfill: ['a backfill', () => measureBackfill(house, windows)],
        ten: ['ten equal runs', () => measureTen(house, windows)],
        three: ['three connections', () => measureSideBySide(house, windows)],
        kills: ['kills, stalls, restart', () => measureKills(house, windows, torment)],
      } as const;
      for (const [name, [title, measure]] of Object.entries(parts)) {
        if (only?.includes(name) === false) continue;
        const busyShare = watchMachine();
        const found = await measure();
        figures(count, title, found, busyShare());
        for (const miss of missed(found, name !== 'kills')) {
          line([`missed: ${miss}`]);
          process.exitCode = 1;
        }
      }
    });
  }
}

/** Where this machine lets us. */
function prefer(priority: number): void {
  try {
    setPriority(priority);
  } catch {
    // Not ours to raise: the figures are a little noisier.
  }
}

/** The part of all processors' time that is used from now on, by whomever. */
function watchMachine(): () => number {
  const times = () => {
    const all = cpus().flatMap(({ times: each }) => Object.entries(each));
    const sum = (entries: readonly (readonly [string, number])[]) => entries.reduce((n, [, ms]) => n + ms, 0);
    return { all: sum(all), idle: sum(all.filter(([kind]) => kind === 'idle')) };
  };
  const before = times();
  return () => {
    const { all, idle } = times();
    return 1 - (idle - before.idle) / (all - before.all);
  };
}

function figures(workers: number, title: string, found: Figures, busyShare: number): void {
  line([
    String(workers),
    title,
    found.fullest.map((share) => share.toFixed(2)).join(', '),
    String(found.refused),
    String(found.extra),
    found.times.map((time) => time.toFixed(3)).join(', '),
    found.smallSeconds === null ? '' : `${found.smallSeconds.toFixed(1)} s`,
    found.slowestShare?.toFixed(2) ?? '',
    `${Math.round(busyShare * 100)} %`,
  ]);
}

function line(cells: readonly string[]): void {
  const widths = [8, 24, 14, 9, 13, 22, 11, 15, 0];
  process.stdout.write(
    `${cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd()}\n`,
  );
}

/** One of the worker processes. */
async function work(file: string, address: string): Promise<void> {
  // What else runs on the machine is not what is measured; but the API goes first.
  prefer(constants.priority.PRIORITY_ABOVE_NORMAL);
  const worker = await startWorker({
    configurations: createConfigurations({ file, env: process.env }),
    temporal: { address, namespace: 'default' },
  });
  process.stdout.write('works\n');
  await worker.done;
}
