import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import {
  type ConfigurationReading,
  type ConfigurationSource,
  readConfiguration,
} from './load-configuration.ts';
import { createSecretCommands } from './secret-commands.ts';

interface Seen {
  readonly reading: ConfigurationReading;
  /** A hash of the files' contents, as they were read. */
  readonly contents: string;
}

/** A secret that stays refused is not asked for at each call. */
const ranEveryMs = 5_000;
/** The configuration as it is now. */
interface Configurations {
  current(): Promise<Configuration>;
  /**
   * For whoever was refused with a secret: runs the commands of `exec:` again, at most every 5 s, and gives the
   * configuration as it is then. It is the same object where they printed the same.
   */
  readSecretsAgain(): Promise<Configuration>;
}

/** Half of the 10 s within which a change is to be seen. */
const checkedEveryMs = 5_000;

export interface ConfigurationsOptions extends ConfigurationSource {
  /** The `.env` behind `env`, and what `env` is with what it says now: it is looked at again as the others are. */
  readonly envFile?: { readonly path: string; again(): Pick<ConfigurationSource, 'env' | 'cut'> };
  /** Hears of a changed file that is faulty, once for each change; the last good one stays. */
  readonly onFault?: (fault: ConfigurationError) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * The configuration as it is now. At most every 5 s, and only when somebody asks, its files (secrets included) are
 * looked at again. By content: a size and a time can stay the same through a change.
 */
export function createConfigurations({
  onFault = () => {},
  now = () => performance.now(),
  envFile,
  ...files
}: ConfigurationsOptions): Configurations {
  const { commands = createSecretCommands() } = files;
  let lastGood: Configuration | undefined;
  let seen: Seen | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;
  let ranAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  const source = { ...files, commands };
  const readNow = async (): Promise<ConfigurationReading> => {
    const reading = await readWith(source, envFile?.again);
    return envFile ? { ...reading, files: [...reading.files, envFile.path] } : reading;
  };

  const current = async () => {
    if (now() - checkedAt >= checkedEveryMs) checking ??= check().finally(() => (checking = undefined));
    await checking;
    if (lastGood) return lastGood;
    throw seen && 'fault' in seen.reading.outcome ? seen.reading.outcome.fault : new Error('not read yet');
  };
  return {
    current,
    async readSecretsAgain() {
      if (now() - ranAt >= ranEveryMs) running ??= runAgain().finally(() => (running = undefined));
      await running;
      return current();
    },
  };

  async function runAgain(): Promise<void> {
    const { changed, faults } = await commands.runAgain();
    // Those who are refused meanwhile wait for this; those who come just after it have its answer.
    ranAt = now();
    if (faults.length > 0) onFault(new ConfigurationError(faults.join('\n')));
    if (!changed) return;
    await checking;
    [seen, checkedAt] = [undefined, Number.NEGATIVE_INFINITY];
  }

  async function check(): Promise<void> {
    checkedAt = now();
    if (seen && (await contentsOf(seen.reading.files)) === seen.contents) return;
    seen = await readAtRest(readNow);
    const { reading } = seen;
    if ('configuration' in reading.outcome) lastGood = reading.outcome.configuration;
    else if (lastGood) onFault(reading.outcome.fault);
  }
}

async function readWith(
  source: ConfigurationSource,
  again: (() => Pick<ConfigurationSource, 'env' | 'cut'>) | undefined,
): Promise<ConfigurationReading> {
  try {
    return await readConfiguration({ ...source, ...again?.() });
  } catch (fault) {
    if (fault instanceof ConfigurationError) return { outcome: { fault }, files: [source.file] };
    throw fault;
  }
}

/** Read again until nothing was saved meanwhile: what an editor had half written would pass for the newest for ever. */
async function readAtRest(read: () => Promise<ConfigurationReading>): Promise<Seen> {
  let before: string | undefined;
  for (;;) {
    const reading = await read();
    const contents = await contentsOf(reading.files);
    if (contents === before) return { reading, contents };
    before = contents;
  }
}

async function contentsOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(file).catch((error: NodeJS.ErrnoException) => `no content: ${error.code}`);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
