import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { childrenOf, isAlive, type RunningProcess } from '../../helpers/children-of.ts';
import { documentOf } from '../../helpers/commanded.ts';
import { type CommandEnd, type StartedCommand, startCommand } from '../../helpers/start-command.ts';

interface Demonstration {
  readonly end: CommandEnd;
  /** What it had started when its run began. */
  readonly children: readonly RunningProcess[];
}

const printed = (pattern: RegExp, { stdout, stderr }: CommandEnd) => pattern.exec(stdout + stderr)?.[1] ?? '';

describe('two demonstrations at once', () => {
  const started: StartedCommand[] = [];
  /** Where they make their folders. */
  let folder: string;
  let text: Demonstration;
  let json: Demonstration;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'river-'));
    const demonstrate = async (...flags: string[]): Promise<Demonstration> => {
      const demo = startCommand(['demo', ...flags], { ...process.env, TMPDIR: folder });
      started.push(demo);
      await demo.says('Started customers-by-action');
      const children = await childrenOf(demo.pid);
      return { children, end: await demo.end };
    };
    [text, json] = await Promise.all([demonstrate(), demonstrate('--json')]);
  });
  afterAll(async () => {
    for (const demo of started) demo.kill('SIGKILL');
    await Promise.all(started.map(({ end }) => end));
    await rm(folder, { recursive: true });
  });

  it('each load every row of their own', async () => {
    expect(text.end, text.end.stderr).toMatchObject({ code: 0 });
    expect(text.end.stderr).toMatch(/Web UI.*http:\/\/127\.0\.0\.1:\d+[\s\S]*\d\/2 chunks/);
    expect(text.end.stdout).toMatch(
      /2 of 2 chunks loaded[\s\S]*2026-01-05\/2026-01-08 +loaded[\s\S]*every row is there, once/,
    );
    expect(json.end.code).toBe(0);
    const run = documentOf<{ rows: number; rowsExpected: number; calls: number }>(json.end);
    expect(run).toMatchObject({ status: 'succeeded', calls: 160, rows: run.rowsExpected });
    const folders = (await readdir(folder)).filter((name) => name.startsWith('river-demo-'));
    expect(folders).toHaveLength(2);
  });

  it('show the first rows under their columns', () => {
    const lines = text.end.stdout.split('\n');
    const columns =
      /^date +action_id +recipient_group_id +customer_id +country +currency +_river +_run_id +_chunk +_loaded_at$/;
    const header = lines.findIndex((line) => columns.test(line));
    expect(header, text.end.stdout).toBeGreaterThan(0);
    const row = expect.stringMatching(
      /^2026-01-0[1-8] +(12|15) +[1-6] +\S+ .* customers-by-action +\S+ +2026-01-0[15]\/2026-01-0[48] +\S+Z$/,
    );
    expect(lines.slice(header + 1, header + 7)).toEqual([...Array(5).fill(row), '']);
  });

  it('say where the rows are, and how to go on', () => {
    const warehouse = printed(/^Warehouse +(\S+) \(tables customers_by_action, river_runs, /m, text.end);
    expect(dirname(warehouse)).toBe(dirname(printed(/^Configuration +(\S+)$/m, text.end)));
    const database = new Sqlite(warehouse, { readonly: true, fileMustExist: true });
    try {
      const counted = database.prepare('select count(*) as n from customers_by_action').get();
      expect(counted).toEqual({ n: Number(printed(/^(\d+) rows loaded; /m, text.end)) });
    } finally {
      database.close();
    }
    expect(text.end.stdout).toMatch(
      /^Next +npm run -s river -- init: a first river of your own\n +npm run -s river -- dev: .*http/m,
    );
  });

  it('leave nothing running of what they started', async () => {
    for (const { children } of [text, json]) {
      const server = expect.stringMatching(/^\S*temporal\S* server/);
      expect(children.map(({ command }) => command)).toContainEqual(server);
      await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), { timeout: 150_000 });
    }
  });
});

it.each([
  ['while its services start', 'Starting a Temporal server'],
  ['while its run is under way', '/2 chunks'],
])('Ctrl-C %s ends a demonstration with a sentence, and leaves no folder and no process', async (_, line) => {
  const folder = await mkdtemp(join(tmpdir(), 'river-'));
  const demo = startCommand(['demo'], { ...process.env, TMPDIR: folder });
  try {
    await demo.says(line);
    const children = await childrenOf(demo.pid);
    demo.kill('SIGINT');
    const { code, stdout, stderr } = await demo.end;
    expect({ code, stdout }, stderr).toEqual({ code: 130, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toBe('Interrupted: the demo stops, and nothing of it is kept.');
    expect((await readdir(folder)).filter((name) => name.startsWith('river-'))).toEqual([]);
    expect(children.filter(isAlive)).toEqual([]);
  } finally {
    demo.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
});
