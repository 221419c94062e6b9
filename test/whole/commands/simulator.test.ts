import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentOf } from '../../helpers/commanded.ts';
import { withFolder } from '../../helpers/folder.ts';
import { type StartedCommand, startCommand } from '../../helpers/start-command.ts';

const start = (...args: string[]) => startCommand(['simulator', ...args], process.env);

async function whileItRuns(simulator: StartedCommand, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } finally {
    simulator.kill('SIGKILL');
    await simulator.end;
  }
}

test('river simulator answers with its counts until it is stopped, and its faults can be set meanwhile', async () => {
  const simulator = start('--port', '0', '--api-key', 'mine', '--json');
  await whileItRuns(simulator, async () => {
    const url = await simulator.says(/"url": "(.*)"/);
    const call = async () =>
      (await fetch(`${url}/current/actions/GetAllActions`, { headers: { 'X-API-KEY': 'mine' } })).status;
    expect(await call()).toBe(200);
    const faults = JSON.stringify([{ kind: 'outage', as: '503' }]);
    const set = await fetch(`${url}/_simulator/faults`, { method: 'POST', body: faults });
    expect(set.status, await set.text()).toBe(200);
    expect(await call()).toBe(503);
    expect(await (await fetch(`${url}/_simulator/stats`)).json()).toMatchObject({ calls: 2 });
    simulator.kill('SIGTERM');
    const end = await simulator.end;
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(end)).toEqual({ url, stats: `${url}/_simulator/stats` });
  });
});

test('river simulator starts with faults from a flag or a file, and refuses those that it does not know', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'faults.json');
    await writeFile(file, '[{"kind":"status","status":418}]');
    for (const faults of [`@${file}`, '[{"kind":"status","status":418}]']) {
      const simulator = start('--port', '0', '--faults', faults, '--json');
      await whileItRuns(simulator, async () => {
        const url = await simulator.says(/"url": "(.*)"/);
        expect((await fetch(`${url}/current/actions/GetAllActions`)).status).toBe(418);
      });
    }
    for (const [faults, said] of [
      ['[{"kind":"thunder"}]', /^--faults: faults\[0\]\.kind: expected one of .*, got "thunder"\n$/],
      ['kind', /^--faults: expected a list of faults as JSON/],
      [`@${file}.gone`, /^--faults: expected .*ENOENT/],
    ] as const) {
      const end = await start('--port', '0', '--faults', faults).end;
      expect(end).toMatchObject({ code: 2, stdout: '' });
      expect(end.stderr).toMatch(said);
    }
  });
});

test('river simulator on a port that is taken, or is none, says so and exits with 2', async () => {
  const simulator = start('--port', '0', '--json');
  await whileItRuns(simulator, async () => {
    const port = (await simulator.says(/"url": ".*:(\d+)"/)) ?? '';
    const taken = await start('--port', port).end;
    expect(taken).toMatchObject({ code: 2, stdout: '' });
    expect(taken.stderr).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} is already in use`));
    for (const wrong of [
      ['--port', '99999'],
      ['--port', 'x'],
      ['--seed', '-1'],
    ]) {
      const end = await start(...wrong).end;
      expect(end).toMatchObject({ code: 2, stdout: '' });
      expect(end.stderr).toMatch(new RegExp(`^${wrong[0]}: .*"${wrong[1]}"\n$`));
    }
  });
});
