import { describe, expect, test } from 'vitest';
import { withFolder } from '../../helpers/folder.ts';
import { startCommand } from '../../helpers/start-command.ts';

const river = (...args: string[]) => startCommand(args, process.env).end;

describe('river', () => {
  test('without a command, with an unknown one or an unknown option says how it is used and exits with 2', async () => {
    const bare = await river();
    expect(bare).toMatchObject({ code: 2, stdout: '' });
    expect(bare.stderr).toMatch(/Usage: river[\s\S]*To begin:/);
    const unknown = await river('rnu');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/unknown command 'rnu'[\s\S]*Did you mean run/);
    const option = await river('plan', '--json', '--att', '2026-01-01');
    expect(option).toMatchObject({ code: 2, stdout: '' });
    expect(option.stderr).toMatch(/unknown option '--att'[\s\S]*Did you mean --at/);
    const missing = await river('run');
    expect(missing).toMatchObject({ code: 2, stdout: '' });
  });

  test('--help and --version answer and exit with 0; each command shows the options of all', async () => {
    expect(await river('--help')).toMatchObject({ code: 0, stderr: '' });
    expect((await river('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await river('run', '--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/--filter[\s\S]*--config[\s\S]*--json[\s\S]*Examples:/);
  });

  test('without a configuration file says how to begin and exits with 2', () =>
    withFolder(async (folder) => {
      const { RIVER_CONFIG: _, ...env } = process.env;
      for (const args of [['plan'], ['run', 'x'], ['worker'], ['status']]) {
        const end = await startCommand(args, env, { cwd: folder }).end;
        expect(end, args[0]).toMatchObject({ code: 2, stdout: '' });
        expect(end.stderr, args[0]).toMatch(/river\.yaml: no such file.*examples\/river\.yaml/);
      }
    }));
});
