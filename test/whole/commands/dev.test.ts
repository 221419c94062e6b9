import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childrenOf, isAlive } from '../../helpers/children-of.ts';
import { documentOf } from '../../helpers/commanded.ts';
import { withFolder } from '../../helpers/folder.ts';
import { type StartedCommand, startCommand } from '../../helpers/start-command.ts';
import { answering, withServer } from '../../helpers/with-server.ts';

interface Facts {
  readonly temporal: string;
  readonly webUi: string;
  readonly simulator: string;
  readonly configuration: string;
}

const anywhere = ['--port', '0', '--ui-port', '0', '--simulator-port', '0', '--dashboard-port', '0'];
const { RIVER_CONFIG: _, TEMPORAL_ADDRESS: __, ...env } = process.env;

async function whileItRuns(command: StartedCommand, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } finally {
    command.kill('SIGKILL');
    await command.end;
  }
}

describe('river dev', () => {
  it('starts everything, serves a second terminal, and leaves nothing behind', () =>
    withFolder(async (cwd) => {
      const dev = startCommand(['dev', ...anywhere], env, { cwd });
      await whileItRuns(dev, async () => {
        const command = await dev.says(/second terminal:\n +(.*)\n/);
        const [, address = '', rest = ''] =
          /^TEMPORAL_ADDRESS=(\S+) npm run -s river -- (.*)$/.exec(command) ?? [];
        const inSecond = { ...env, TEMPORAL_ADDRESS: address };
        const small = rest.replace('customers-by-action', 'target-groups');
        const run = await startCommand(small.split(' '), inSecond, { cwd }).end;
        expect(run).toMatchObject({ code: 0 });
        expect(run.stdout).toMatch(/^target-groups succeeded/);

        const webUi = await dev.says(/Web UI +(\S+)/);
        expect((await fetch(webUi)).status).toBe(200);
        const dashboard = await dev.says(/Dashboard +(\S+)/);
        expect(await (await fetch(dashboard)).text()).toContain('customers-by-action');
        const simulator = await dev.says(/Simulator +(\S+)/);
        expect(await (await fetch(`${simulator}/_simulator/stats`)).json()).toMatchObject({ calls: 1 });

        const children = await childrenOf(dev.pid);
        expect(children.length).toBeGreaterThan(0);
        dev.kill('SIGTERM');
        expect(await dev.end).toMatchObject({ code: 0 });
        await expect.poll(() => children.filter(isAlive), { timeout: 150_000 }).toEqual([]);
      });
    }));

  it('ends on Ctrl-C, and says when its Temporal has gone', () =>
    withFolder(async (cwd) => {
      const first = startCommand(['dev', '--json', ...anywhere], env, { cwd });
      await whileItRuns(first, async () => {
        await first.says(/"configuration"/);
        first.kill('SIGINT');
        const end = await first.end;
        expect(end.code).toBe(0);
        const { configuration } = documentOf<Facts>(end);
        expect(configuration).toBe(join(cwd, '.river', 'river.yaml'));
        expect(await readFile(configuration, 'utf8')).toContain(documentOf<Facts>(end).simulator);
      });
      const second = startCommand(['dev', '--json', ...anywhere], env, { cwd });
      await whileItRuns(second, async () => {
        await second.says(/"configuration"/);
        const children = await childrenOf(second.pid);
        const server = children.find(({ command }) => /^\S*temporal\S* server/.test(command));
        if (!server) throw new Error('dev has started no server');
        process.kill(server.pid, 'SIGKILL');
        const end = await second.end;
        expect(end.code).toBe(3);
        expect(end.stderr).toContain('Temporal server has ended');
      });
    }));

  it('on ports that are taken, or with a faulty configuration, says so before it starts anything', () =>
    withFolder(async (cwd) => {
      const [taken, port] = await withServer(answering(200), async (url) => {
        const { port } = new URL(url);
        const args = [
          'dev',
          '--port',
          port,
          '--ui-port',
          port,
          '--simulator-port',
          port,
          '--dashboard-port',
          port,
        ];
        return [await startCommand(args, env, { cwd }).end, port];
      });
      expect(taken).toMatchObject({ code: 2, stdout: '' });
      expect(taken.stderr.trim().split('\n')).toEqual(
        ['--port', '--ui-port', '--simulator-port', '--dashboard-port'].map((flag) =>
          expect.stringMatching(
            new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is already in use.* with ${flag}\\.$`),
          ),
        ),
      );
      const named = await startCommand(['dev', '--config', 'mine.yaml', ...anywhere], env, { cwd }).end;
      expect(named).toMatchObject({ code: 2, stdout: '' });
      expect(named.stderr).toContain('mine.yaml: no such file');
      expect(existsSync(join(cwd, '.river'))).toBe(false);
    }));
});
