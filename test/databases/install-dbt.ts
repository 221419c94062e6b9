import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const versions = ['dbt-core==1.11.16', 'dbt-postgres==1.9.1'];
const cache = join(import.meta.dirname, '../../.cache');
const folder = join(cache, `dbt-${versions[0]?.split('==')[1]}`);

/** dbt, which pip brings into the cache once. */
export interface Dbt {
  /** Runs `dbt …` in a project's folder, which holds the profile as well. Never throws for what dbt answers. */
  run(project: string, ...args: string[]): Promise<{ readonly code: number; readonly said: string }>;
}

export async function installDbt(): Promise<Dbt> {
  const environment = {
    ...process.env,
    PYTHONPATH: folder,
    DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
    NO_COLOR: '1',
  };
  if (!(await works(environment))) await install();
  return {
    async run(project, ...args) {
      try {
        const { stdout } = await run(
          'python3',
          ['-m', 'dbt.cli.main', ...args, '--project-dir', project, '--profiles-dir', project],
          { env: environment, cwd: project },
        );
        return { code: 0, said: stdout };
      } catch (error) {
        const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
        return { code: code ?? 1, said: `${stdout}${stderr}` };
      }
    },
  };
}

const works = (env: NodeJS.ProcessEnv): Promise<boolean> =>
  run('python3', ['-m', 'dbt.cli.main', '--version'], { env }).then(
    () => true,
    () => false,
  );

async function install(): Promise<void> {
  const made = await mkdtemp(join(cache, 'dbt-'));
  try {
    await run('python3', [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--target',
      made,
      ...versions,
    ]);
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw new Error('dbt could not be installed: it needs python3 with pip and access to PyPI.', {
      cause: error,
    });
  }
}
