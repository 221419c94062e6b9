import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ConfigurationError } from '../domain/errors.ts';
import type { Configuration } from '../domain/river/configuration.ts';
import {
  type ConfigurationReading,
  type ConfigurationSource,
  readConfiguration,
} from './load-configuration.ts';

interface Seen {
  readonly reading: ConfigurationReading;
  /** A hash of the files' contents, as they were read. */
  readonly contents: string;
}

/** Half of the 10 s within which a change is to be seen. */
const checkedEveryMs = 5_000;

export interface ConfigurationsOptions extends ConfigurationSource {
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
  ...source
}: ConfigurationsOptions): { current(): Promise<Configuration> } {
  let lastGood: Configuration | undefined;
  let seen: Seen | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;

  return {
    async current() {
      if (now() - checkedAt >= checkedEveryMs) checking ??= check().finally(() => (checking = undefined));
      await checking;
      if (lastGood) return lastGood;
      throw seen && 'fault' in seen.reading.outcome ? seen.reading.outcome.fault : new Error('not read yet');
    },
  };

  async function check(): Promise<void> {
    checkedAt = now();
    if (seen && (await contentsOf(seen.reading.files)) === seen.contents) return;
    seen = await readAtRest(source);
    const { reading } = seen;
    if ('configuration' in reading.outcome) lastGood = reading.outcome.configuration;
    else if (lastGood) onFault(reading.outcome.fault);
  }
}

/** Read again until nothing was saved meanwhile: what an editor had half written would pass for the newest for ever. */
async function readAtRest(source: ConfigurationSource): Promise<Seen> {
  let before: string | undefined;
  for (;;) {
    const reading = await readConfiguration(source);
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
