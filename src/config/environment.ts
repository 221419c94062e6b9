import { resolve } from 'node:path';
import { readEnvFile } from './read-env-file.ts';
import type { Variables } from './resolve-references.ts';

/** What `${NAME}` in the configuration file takes its values from. */
interface VariablesNow {
  readonly variables: Variables;
  /** Variables that `.env` has, and most likely not whole: see `readEnvFile`. */
  readonly cut: ReadonlySet<string>;
}

/** What River takes from the environment. Nothing else in it reads process.env. */
export interface Environment extends VariablesNow {
  /** RIVER_CONFIG: path of the configuration file. */
  readonly configurationFile: string | undefined;
  /** TEMPORAL_CLI: path of the Temporal CLI that `river dev` and the demo start. */
  readonly temporalCli: string | undefined;
  /** The path of the `.env`, whether it is there or not. */
  readonly envFile: string;
  /** The same variables, with what `.env` says now. Throws ConfigurationError where it cannot be read. */
  again(): VariablesNow;
}

/**
 * The environment as one frozen object. Variables of a `.env` file in the working directory are added first where
 * they are not set, to the process itself: Temporal's and Postgres's own variables are read by their clients.
 */
export function readEnvironment(given?: Variables): Environment {
  const own = Object.freeze({ ...(given ?? process.env) });
  const envFile = resolve('.env');
  const again = () => (given ? { variables: own, cut: new Set<string>() } : withEnvFile(own, envFile));
  const now = again();
  if (!given) Object.assign(process.env, now.variables);
  return Object.freeze({
    configurationFile: now.variables.RIVER_CONFIG || undefined,
    temporalCli: now.variables.TEMPORAL_CLI || undefined,
    ...now,
    envFile,
    again,
  });
}

function withEnvFile(own: Variables, envFile: string): VariablesNow {
  const { values, cut } = readEnvFile(envFile);
  const added = Object.entries(values).filter(([name]) => own[name] === undefined);
  return {
    variables: Object.freeze({ ...own, ...Object.fromEntries(added) }),
    cut: new Set(added.flatMap(([name]) => (cut.has(name) ? [name] : []))),
  };
}
