/**
 * `npm run bench:long`: whether long runs stay flat. A run of 10,000 chunks and one of 100,000 calls under a compressed budget, each
 * with a real Temporal server, a Postgres, a simulator that enforces the windows, and a worker process whose memory is looked at all
 * the while. Exits with 1 where a figure is missed.
 *
 * `--chunks 1000 --calls 10000` makes them shorter, 0 leaves one out. Memory is judged only where a tenth of the run lasts half a minute.
 */
import { parseArgs } from 'node:util';
import { withHouse } from './long/house.ts';
import { measure } from './long/measure.ts';
import { missed, sayFigures } from './long/report.ts';
import { type LongRiver, riverOfCalls, riverOfChunks } from './long/rivers.ts';
import { work } from './long/worker.ts';

const { values: options, positionals } = parseArgs({
  options: {
    chunks: { type: 'string', default: '10000' },
    calls: { type: 'string', default: '100000' },
  },
  allowPositionals: true,
});
const [what, file, address] = positionals;

/** A budget that binds, at a rate that a small machine keeps up with. */
const windows = [
  { calls: 2_000, perMs: 16_000 },
  { calls: 500, perMs: 2_000 },
];

if (what === undefined) await measureAll();
else if (what === 'worker' && file && address) await work(file, address);
else throw new Error(`bench/long.ts does not know ${positionals.join(' ')}`);

async function measureAll(): Promise<void> {
  const rivers = [
    ...(options.chunks === '0' ? [] : [riverOfChunks(Number(options.chunks))]),
    ...(options.calls === '0' ? [] : [riverOfCalls(Number(options.calls))]),
  ];
  for (const river of rivers) await measureOne(river);
}

async function measureOne(river: LongRiver): Promise<void> {
  const figures = await withHouse(river, windows, (house) => measure(house, river));
  sayFigures(river, figures);
  const misses = missed(river, figures);
  for (const miss of misses) process.stdout.write(`missed: ${miss}\n`);
  if (misses.length > 0) process.exitCode = 1;
}
