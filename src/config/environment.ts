import { existsSync } from 'node:fs';
import type { Variables } from './resolve-references.ts';

/** What River takes from the environment. Nothing else in it reads process.env. */
export interface Environment {
  /** RIVER_CONFIG: path of the configuration file. */
  readonly configurationFile: string | undefined;
  /** TEMPORAL_CLI: path of the Temporal CLI that `river dev` and the demo start. */
  readonly temporalCli: string | undefined;
  /** All of it, for `${NAME}` in the configuration file. */
  readonly variables: Variables;
}

/**
 * The environment as one frozen object. Variables of a `.env` file in the working directory are added first where
 * they are not set, to the process itself: Temporal's and Postgres's own variables are read by their clients.
 */
export function readEnvironment(variables: Variables = processVariables()): Environment {
  return Object.freeze({
    configurationFile: variables.RIVER_CONFIG || undefined,
    temporalCli: variables.TEMPORAL_CLI || undefined,
    variables: Object.freeze({ ...variables }),
  });
}

function processVariables(): Variables {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}
