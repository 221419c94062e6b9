import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { withFolder } from '../../helpers/folder.ts';
import { startCommand } from '../../helpers/start-command.ts';

const river = (...args: string[]) => startCommand(args, process.env).end;

describe('river', () => {
  test('without a command, with an unknown one or an unknown option says how it is used and exits with 2', async () => {
    const bare = await river();
    expect(bare).toMatchObject({ code: 2, stdout: '' });
    expect(bare.stderr).toMatch(/Usage: river[\s\S]*Begin with/);
    const unknown = await river('rnu');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/unknown command 'rnu'[\s\S]*Did you mean run/);
    for (const words of [['RUN'], ['rnu', '--help'], ['help', 'rnu']]) {
      const end = await river(...words);
      expect(end).toMatchObject({ code: 2, stdout: '' });
      expect(end.stderr).toMatch(/unknown command[\s\S]*Did you mean run/);
    }
    const option = await river('plan', '--json', '--att', '2026-01-01');
    expect(option).toMatchObject({ code: 2, stdout: '' });
    expect(option.stderr).toMatch(/unknown option '--att'[\s\S]*Did you mean --at/);
    const missing = await river('run');
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toBe(
      "error: missing required argument 'river'\n(river run --help shows its arguments and options)\n",
    );
    const below = await river('schedule', 'aply');
    expect(below.stderr).toMatch(/Did you mean apply\?\)\n\(river schedule --help shows its commands\)\n$/);
  });

  test('--help and --version answer and exit with 0; each command shows the options of all', async () => {
    expect(await river('--help')).toMatchObject({ code: 0, stderr: '' });
    expect((await river('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await river('help', 'schedule', 'apply')).stdout).toMatch(/^Usage: river schedule apply /);
    const help = await river('run', '--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/--filter[\s\S]*--config[\s\S]*--json[\s\S]*Examples:/);
  });

  test.each(['--help', 'simulator --help', 'reports --json', 'nothing'])(
    'whose reader ends first ends quietly, with the exit code that it has otherwise: %s',
    async (line) => {
      const command = startCommand(line.split(' '), process.env, { closedOutput: true });
      const { code, stderr } = await command.end;
      expect({ code, stderr }).toEqual({ code: line === 'nothing' ? 2 : 0, stderr: '' });
    },
  );

  test('that cannot write where it is told to says so and exits with 2', () =>
    withFolder(async (folder) => {
      const env = { ...process.env, OPTIMOVE_API_KEY: 'x' };
      const output = join(folder, 'none', 'sources.yml');
      // Its warehouse lies beside it.
      const file = join(folder, 'river.yaml');
      await cp(fileURLToPath(new URL('../../../examples/river.yaml', import.meta.url)), file);
      const end = await startCommand(['dbt', '--config', file, '--output', output], env).end;
      expect(end).toMatchObject({ code: 2, stdout: '' });
      expect(end.stderr).toBe(`${output} cannot be written (ENOENT). Name another file with --output.\n`);
    }));

  test('without a configuration file says how to begin and exits with 2', () =>
    withFolder(async (folder) => {
      const { RIVER_CONFIG: _, ...env } = process.env;
      for (const args of [['plan'], ['run', 'x'], ['worker'], ['status']]) {
        const end = await startCommand(args, env, { cwd: folder }).end;
        expect(end, args[0]).toMatchObject({ code: 2, stdout: '' });
        expect(end.stderr, args[0]).toMatch(/river\.yaml: no such file.*examples\/river\.yaml/);
      }
      // A CI server asks the libraries for colours, and what reads the output is a program.
      const check = await startCommand(['check'], { ...env, CI: '1' }, { cwd: folder }).end;
      expect(check.code).toBe(2);
      expect(check.stdout).toMatch(/^✗ configuration: river\.yaml: no such file/);
    }));
});
