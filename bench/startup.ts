/**
 * `npm run bench:startup`: how long the commands take to start, from a checkout and from the compiled package (`--checkout` leaves
 * that out). Each is run once to fill Node's compile cache, then eight times; the shortest time counts, because whatever else the
 * machine does only adds to it. Beside it the processor time, and the time of a first start, when nothing is compiled yet.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { table } from '#cli/terminal';

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const starts = 8;
const folder = await mkdtemp(join(tmpdir(), 'river-bench-'));
await writeFile(join(folder, 'key'), 'key-of-the-bench');
await writeFile(
  join(folder, 'river.yaml'),
  stringify({
    connections: { main: { baseUrl: 'http://127.0.0.1:9/current', auth: { apiKey: 'file:key' } } },
    warehouses: { local: { client: 'better-sqlite3', connection: { filename: './warehouse.db' } } },
    rivers: {
      actions: {
        report: 'all-actions',
        connection: 'main',
        target: { warehouse: 'local', table: 'all_actions' },
      },
    },
  }),
);

/** Those that need no Temporal, with their limit in milliseconds; then those that ask for it and are refused at once. */
const commands: readonly (readonly [limitMs: number, line: string])[] = [
  [300, '--help'],
  [300, 'reports'],
  [300, 'completion bash'],
  [300, 'frobnicate'],
  [300, 'run --frobnicate'],
  [300, 'run no-such-river'],
  [300, 'forget no-such-river --start 2026-01-01 --end 2026-01-01'],
  [700, 'run actions'],
  [700, 'status'],
  [700, 'budget'],
  [700, 'check'],
];

interface Start {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Writes the processor time of a command when it exits. */
const telling = `--import=data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write('\\ncpu ' + (user + system) / 1000); });",
)}`;

async function start(program: string, line: string, cache: string): Promise<Start> {
  const before = performance.now();
  const env = {
    ...process.env,
    XDG_CACHE_HOME: cache,
    NODE_COMPILE_CACHE: '',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
  const child = spawn(process.execPath, [telling, program, ...line.split(' ')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return { ms: performance.now() - before, cpuMs: Number(/cpu ([\d.]+)$/.exec(said)?.[1]) };
}

const least = (values: readonly number[]) => Math.round(Math.min(...values));

async function measure(name: string, program: string): Promise<void> {
  const rows = [];
  for (const [limitMs, line] of commands) {
    const cache = join(folder, `${name}-${rows.length}`);
    const first = await start(program, line, cache);
    const further: Start[] = [];
    for (let at = 0; at < starts; at += 1) further.push(await start(program, line, cache));
    const ms = least(further.map((each) => each.ms));
    const cpuMs = least(further.map((each) => each.cpuMs));
    rows.push([`river ${line}`, limitMs, ms, cpuMs, Math.round(first.ms), ms <= limitMs ? '' : 'TOO SLOW']);
  }
  process.stdout.write(`\n${name}\n`);
  process.stdout.write(`${table(['command', 'limit', 'ms', 'cpu ms', 'first start', ''], rows)}\n`);
}

try {
  await measure('checkout', inRoot('src/cli/main.ts'));
  if (!process.argv.includes('--checkout')) {
    spawnSync(process.execPath, [inRoot('scripts/build.ts')], { stdio: 'inherit' });
    await measure('package', inRoot('dist/cli/main.js'));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
