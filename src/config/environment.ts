import { readEnvFile } from './read-env-file.ts';
import type { Variables } from './resolve-references.ts';

/** What River takes from the environment. Nothing else in it reads process.env. */
export interface Environment {
  /** RIVER_CONFIG: path of the configuration file. */
  readonly configurationFile: string | undefined;
  /** TEMPORAL_CLI: path of the Temporal CLI that `river dev` and the demo start. */
  readonly temporalCli: string | undefined;
  /** All of it, for `${NAME}` in the configuration file. */
  readonly variables: Variables;
  /** Variables that `.env` has, and most likely not whole: see `readEnvFile`. */
  readonly cut: ReadonlySet<string>;
}

/**
 * The environment as one frozen object. Variables of a `.env` file in the working directory are added first where
 * they are not set, to the process itself: Temporal's and Postgres's own variables are read by their clients.
 */
export function readEnvironment(given?: Variables): Environment {
  const cut = given ? new Set<string>() : addEnvFile(process.env);
  const variables = given ?? process.env;
  return Object.freeze({
    configurationFile: variables.RIVER_CONFIG || undefined,
    temporalCli: variables.TEMPORAL_CLI || undefined,
    variables: Object.freeze({ ...variables }),
    cut,
  });
}

function addEnvFile(variables: NodeJS.ProcessEnv): ReadonlySet<string> {
  const { values, cut } = readEnvFile('.env');
  const added = Object.entries(values).filter(([name]) => variables[name] === undefined);
  for (const [name, value] of added) variables[name] = value;
  return new Set(added.flatMap(([name]) => (cut.has(name) ? [name] : [])));
}
