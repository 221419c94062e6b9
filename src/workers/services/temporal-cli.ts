import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigurationError } from '#domain/errors';
import { fetchTemporalCli, TEMPORAL_CLI_VERSION } from './fetch-temporal-cli.ts';

export interface TemporalCliOptions {
  /** What TEMPORAL_CLI names; nothing else is looked for then. */
  readonly cli?: string | undefined;
  /** Where a fetched one is kept. Default: `.cache` in the checkout. */
  readonly cacheDir?: string | undefined;
  /** Hears what takes long. */
  readonly say?: ((line: string) => void) | undefined;
  /** Where it comes from if it is nowhere yet. Default: pip, then Temporal's own host. */
  readonly fetch?: ((file: string, say: (line: string) => void) => Promise<void>) | undefined;
}

const checkoutCache = fileURLToPath(new URL('../../../.cache', import.meta.url));

/** The path of a `temporal` program that runs: the one named, else one on PATH, else one fetched once into the cache. */
export async function findTemporalCli(options: TemporalCliOptions = {}): Promise<string> {
  if (options.cli !== undefined && options.cli !== '') return namedCli(options.cli);
  if (await runs('temporal')) return 'temporal';
  const cached = join(options.cacheDir ?? checkoutCache, `temporal-${TEMPORAL_CLI_VERSION}`);
  const there = await access(cached).then(
    () => true,
    () => false,
  );
  if (there && (await runs(cached))) return cached;
  const fetch = options.fetch ?? fetchTemporalCli;
  await fetch(cached, options.say ?? (() => {}));
  const fault = await whyItDoesNotRun(cached);
  if (fault !== undefined) {
    throw new ConfigurationError(
      `The Temporal CLI was fetched to ${cached} but does not run here: ${fault}. Install the Temporal CLI for this machine and set TEMPORAL_CLI to its path.`,
    );
  }
  return cached;
}

async function namedCli(cli: string): Promise<string> {
  const fault = await whyItDoesNotRun(cli);
  if (fault === undefined) return cli;
  throw new ConfigurationError(
    `TEMPORAL_CLI names ${cli}, which does not run as the Temporal CLI: ${fault}. Give the path of a \`temporal\` program, or unset it to have one fetched.`,
  );
}

async function runs(cli: string): Promise<boolean> {
  return (await whyItDoesNotRun(cli)) === undefined;
}

async function whyItDoesNotRun(cli: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(cli, ['--version'], { timeout: 30_000 });
    return /temporal version \d/i.test(stdout)
      ? undefined
      : `\`--version\` answered "${stdout.trim().slice(0, 80)}"`;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).trim().split('\n', 1)[0];
  }
}
