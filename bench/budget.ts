/**
 * `npm run bench:budget`: what the shared call budget promises, measured with real worker processes, a real Temporal
 * server and a simulator that enforces compressed windows exactly (400 calls a minute and 30 in 3 s). For each number of
 * workers a line for a backfill with a small run in its middle, one for ten equal runs at once, and one for a backfill
 * through kills (-9), stalls (SIGSTOP) and a restart of the Temporal server.
 *
 * `--workers 1,4,20` says which; `--quick` takes a shorter long window and fewer calls. Each line takes a few minutes at most.
 */
import { constants, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { createConfigurations } from '../src/config/watch-configuration.ts';
import { startWorker } from '../src/workers/start-worker.ts';
import { say, withHouse } from './budget/house.ts';
import { type Figures, measureBackfill, measureKills, measureTen } from './budget/measure.ts';

const { values: options, positionals } = parseArgs({
  options: { workers: { type: 'string' }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [what, file, address, workflowBundle] = positionals;

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
else if (what === 'worker' && file && address && workflowBundle) await work(file, address, workflowBundle);
else throw new Error(`bench/budget.ts does not know ${positionals.join(' ')}`);

async function measureAll(): Promise<void> {
  const { windows, calls, workers, tormentMs } = options.quick ? sizes.quick : sizes.whole;
  // The simulator counts calls where they arrive: it must not be late because workers keep the machine busy.
  prefer(constants.priority.PRIORITY_HIGH);
  const counts = options.workers?.split(',').map(Number) ?? workers;
  say(
    `Windows: ${windows.map(({ calls: most, perMs }) => `${most} calls in ${perMs / 1000} s`).join(', ')}.`,
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
  ]);
  for (const count of counts) {
    await withHouse({ workers: count, windows, calls }, async (house) => {
      figures(count, 'a backfill', await measureBackfill(house, windows));
      figures(count, 'ten equal runs', await measureTen(house, windows));
      figures(
        count,
        'kills, stalls, restart',
        await measureKills(house, windows, { workers: count, forMs: tormentMs }),
      );
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

function figures(workers: number, title: string, found: Figures): void {
  line([
    String(workers),
    title,
    found.fullest.map((share) => share.toFixed(2)).join(', '),
    String(found.refused),
    String(found.extra),
    found.time.toFixed(3),
    found.smallSeconds === null ? '' : `${found.smallSeconds.toFixed(1)} s`,
    found.slowestShare?.toFixed(2) ?? '',
  ]);
}

function line(cells: readonly string[]): void {
  const widths = [8, 24, 14, 9, 13, 14, 11, 0];
  process.stdout.write(
    `${cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd()}\n`,
  );
}

/** One of the worker processes. */
async function work(file: string, address: string, workflowBundle: string): Promise<void> {
  prefer(constants.priority.PRIORITY_NORMAL);
  const worker = await startWorker({
    configurations: createConfigurations({ file, env: process.env }),
    temporal: { address, namespace: 'default' },
    workflowBundle,
  });
  process.stdout.write('works\n');
  await worker.done;
}
