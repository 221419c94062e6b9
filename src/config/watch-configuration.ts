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
  /** A hash of the contents of the files when they were read. */
  readonly contents: string;
}

/** A secret that stays refused does not run the commands again for each call. */
const rerunEveryMs = 5_000;

interface Configurations {
  /** The configuration as the files are now. */
  current(): Promise<Configuration>;
  /**
   * After credentials were refused: runs the commands of `exec:` again, at most every 5 s, and returns the configuration
   * that results. It is the same object if they printed the same.
   */
  readSecretsAgain(): Promise<Configuration>;
}

/** Half of the 10 s within which a change must be seen. */
export const checkedEveryMs = 5_000;

export interface ConfigurationsOptions extends ConfigurationSource {
  /** The `.env` file behind `env`, and a function that reads it again: it is watched like the other files. */
  readonly envFile?: { readonly path: string; again(): Pick<ConfigurationSource, 'env' | 'cut'> };
  /** Called when a changed file has faults, once for each change; the last good configuration stays in use. */
  readonly onFault?: (fault: ConfigurationError) => void;
  /** Called when a changed file is taken into use. */
  readonly onChange?: (configuration: Configuration) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Watches the configuration file and the files it refers to, secrets included: `current` compares their contents with
 * the last ones, at most every 5 s. It compares contents, because size and time can stay the same through a change.
 */
export function createConfigurations({
  onFault = () => {},
  onChange = () => {},
  now = () => performance.now(),
  envFile,
  ...files
}: ConfigurationsOptions): Configurations {
  const { commands = createSecretCommands() } = files;
  let lastGood: Configuration | undefined;
  let seen: Seen | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;
  let rerunAt = Number.NEGATIVE_INFINITY;
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
      if (now() - rerunAt >= rerunEveryMs) running ??= runAgain().finally(() => (running = undefined));
      await running;
      return current();
    },
  };

  async function runAgain(): Promise<void> {
    const { changed, faults } = await commands.runAgain();
    // Callers that are refused meanwhile wait for this run; those that come just after it take its result.
    rerunAt = now();
    if (faults.length > 0) onFault(new ConfigurationError(faults.join('\n')));
    if (!changed) return;
    await checking;
    [seen, checkedAt] = [undefined, Number.NEGATIVE_INFINITY];
  }

  async function check(): Promise<void> {
    checkedAt = now();
    if (seen && (await hashContents(seen.reading.files)) === seen.contents) return;
    seen = await readWhenUnchanged(readNow);
    const { reading } = seen;
    if ('configuration' in reading.outcome) {
      const { configuration } = reading.outcome;
      const isFirst = lastGood === undefined;
      lastGood = configuration;
      if (!isFirst) onChange(configuration);
    } else if (lastGood) onFault(reading.outcome.fault);
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

/** Reads until the contents stay the same: a file that an editor had written halfway would otherwise count as the newest. */
async function readWhenUnchanged(read: () => Promise<ConfigurationReading>): Promise<Seen> {
  let before: string | undefined;
  for (;;) {
    const reading = await read();
    const contents = await hashContents(reading.files);
    if (contents === before) return { reading, contents };
    before = contents;
  }
}

async function hashContents(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(file).catch((error: NodeJS.ErrnoException) => `no content: ${error.code}`);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
