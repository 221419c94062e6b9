import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '#domain/errors';
import { decodeText, notText } from './decode-text.ts';
import type { Variables } from './resolve-references.ts';

/** The variables that `${NAME}` in the configuration file may refer to. */
interface VariablesNow {
  readonly variables: Variables;
  /** Variables whose value in `.env` is probably truncated at a `#`: see `readEnvFile`. */
  readonly cut: ReadonlySet<string>;
}

/** What River reads from the environment. No other file reads process.env. */
export interface Environment extends VariablesNow {
  /** RIVER_CONFIG: path of the configuration file. */
  readonly configurationFile: string | undefined;
  /** TEMPORAL_CLI: path of the Temporal CLI that `river dev` and the demo start. */
  readonly temporalCli: string | undefined;
  /** RIVER_WEB_UI: address of Temporal's Web UI, where it is not the usual one. */
  readonly webUi: string | undefined;
  /** The path of `.env`, whether the file exists or not. */
  readonly envFile: string;
  /** The same variables, with `.env` read again. Throws ConfigurationError if it cannot be read. */
  again(): VariablesNow;
}

/**
 * Reads the environment into one frozen object. Variables of a `.env` file in the working directory are first added to
 * process.env where they are not set, because the clients of Temporal and Postgres read their own variables there.
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
    webUi: now.variables.RIVER_WEB_UI || undefined,
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

/** The path of the configuration file: `--config`, else RIVER_CONFIG, else river.yaml in the working directory. */
export function findConfigurationFile(
  environment: Pick<Environment, 'configurationFile'>,
  flag: string | undefined,
): string {
  return resolve(flag || environment.configurationFile || 'river.yaml');
}

/** The content of a `.env` file. */
export interface EnvFile {
  readonly values: Readonly<Record<string, string>>;
  /** Names whose value ends at a `#` without quotes and without a space before it: the value is probably truncated. */
  readonly cut: ReadonlySet<string>;
}

/** Reads a `.env` file in UTF-8 or UTF-16, with a byte order mark or without; empty if there is no file. */
export function readEnvFile(file: string): EnvFile {
  const text = decodeText(read(file));
  if (text === undefined) throw new ConfigurationError(`${file}: ${notText.message}.`);
  const values = parseEnv(text) as Record<string, string>;
  const cut = text.split(/\r\n|[\r\n]/).flatMap((line) => {
    const [, name = '', before] = /^\s*(?:export\s+)?([\w.-]+)\s*=([^#]*(?<!\s))#/.exec(line) ?? [];
    // A quoted value does not end here.
    return before !== undefined && values[name] === before.trim() ? [name] : [];
  });
  return { values, cut: new Set(cut) };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return Buffer.alloc(0);
    throw new ConfigurationError(`${file}: cannot be read (${code}).`);
  }
}
