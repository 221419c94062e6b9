import { resolve } from 'node:path';
import type { Environment } from './environment.ts';

/** Where the configuration file is: `--config`, else RIVER_CONFIG, else river.yaml in the working directory. */
export function configurationFile(
  environment: Pick<Environment, 'configurationFile'>,
  flag: string | undefined,
): string {
  return resolve(flag || environment.configurationFile || 'river.yaml');
}
