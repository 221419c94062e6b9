import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { ConfigurationError, type Fault } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { configurationError } from '#domain/river/problem';
import { checkFile } from './check-file.ts';
import { configurationOfFile } from './configuration-of-file.ts';
import { faultsOfProblems, faultsOfSyntax, faultUnreadable } from './faults-of-file.ts';
import { readDocument } from './read-document.ts';
import { resolveReferences, type Variables } from './resolve-references.ts';
import { createSecretCommands, type SecretCommands } from './secret-commands.ts';

export interface ConfigurationSource {
  /** Path of the configuration file. */
  readonly file: string;
  /** What `${NAME}` takes its values from. */
  readonly env: Variables;
  /** Those of them that `.env` has, and most likely not whole. */
  readonly cut?: ReadonlySet<string>;
  /** What `exec:` has printed in this process. Default: it is run anew. */
  readonly commands?: SecretCommands;
}

/**
 * Reads the configuration file and checks all of it.
 * @throws ConfigurationError with every fault, each with its place in the file
 */
export async function loadConfiguration(source: ConfigurationSource): Promise<Configuration> {
  const { outcome } = await readConfiguration(source);
  if ('fault' in outcome) throw outcome.fault;
  return outcome.configuration;
}

/** What came of reading, and the files on which it rests, whether they could be read or not. */
export interface ConfigurationReading {
  readonly outcome: { readonly configuration: Configuration } | { readonly fault: ConfigurationError };
  readonly files: readonly string[];
}

export async function readConfiguration({
  file,
  env,
  cut,
  commands = createSecretCommands(),
}: ConfigurationSource): Promise<ConfigurationReading> {
  const absolute = resolve(file);
  const folder = dirname(absolute);
  const shown = shownFile(absolute);
  const text = await readFile(absolute, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string') return faulty([faultUnreadable(shown, folder, text)], [absolute]);
  const document = readDocument(text);
  if (document.errors.length > 0) return faulty(faultsOfSyntax(document, shown), [absolute]);
  const resolved = await resolveReferences(document.value, { env, folder, cut, commands });
  const files = [absolute, ...resolved.files];
  const { problems, value } = checkFile(document.value, resolved, folder);
  if (value === undefined) return faulty(faultsOfProblems(problems, document, shown), files);
  try {
    return { outcome: { configuration: configurationOfFile(value, { file: absolute, folder, env }) }, files };
  } catch (fault) {
    if (fault instanceof ConfigurationError) return { outcome: { fault }, files };
    throw fault;
  }
}

function faulty(faults: readonly Fault[], files: readonly string[]): ConfigurationReading {
  return { outcome: { fault: configurationError(faults) }, files };
}

/** As a person would name it from here. */
function shownFile(absolute: string): string {
  const fromHere = relative('', absolute);
  return fromHere.startsWith('..') ? absolute : fromHere;
}
