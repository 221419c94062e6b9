import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { documentOf } from '../../helpers/commanded.ts';
import { startCommand } from '../../helpers/start-command.ts';

it('two demonstrations at once each load every row of their own', async () => {
  const ends = await Promise.all([
    startCommand(['demo'], process.env).end,
    startCommand(['demo', '--json'], process.env).end,
  ]);
  const files = ends.map(({ stdout, stderr }) => /Configuration +(\S+)/.exec(stdout + stderr)?.[1] ?? '');
  try {
    const [text, json] = ends as [(typeof ends)[0], (typeof ends)[0]];
    expect(text, text.stderr).toMatchObject({ code: 0 });
    expect(text.stderr).toMatch(/Web UI.*http:\/\/127\.0\.0\.1:\d+[\s\S]*\d\/2 chunks/);
    expect(text.stdout).toMatch(
      /2 of 2 chunks loaded[\s\S]*2026-01-05\/2026-01-08 +loaded[\s\S]*every one is there, once/,
    );
    expect(json.code).toBe(0);
    const run = documentOf<{ rows: number; rowsExpected: number; calls: number }>(json);
    expect(run).toMatchObject({ status: 'succeeded', calls: 160, rows: run.rowsExpected });
    expect(files[0]).not.toBe(files[1]);
  } finally {
    for (const file of files) if (file.includes('river-demo-')) await rm(dirname(file), { recursive: true });
  }
}, 120_000);
