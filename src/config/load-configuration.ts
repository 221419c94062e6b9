import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { ConfigurationError, type Fault } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { configurationError, faultAt, type Problem } from '#domain/river/problem';
import { buildConfiguration } from './build-configuration.ts';
import { checkFile, mergeDefaults } from './check-file.ts';
import { decodeText, notText } from './decode-text.ts';
import { type Position, readDocument, type SourceDocument } from './read-document.ts';
import { resolveReferences, type Variables } from './resolve-references.ts';
import { createSecretCommands, type SecretCommands } from './secret-commands.ts';

export interface ConfigurationSource {
  /** Path of the configuration file. */
  readonly file: string;
  /** The variables that `${NAME}` refers to. */
  readonly env: Variables;
  /** Variables whose value in `.env` is probably truncated. */
  readonly cut?: ReadonlySet<string>;
  /** The outputs of `exec:` commands in this process. Default: the commands run again. */
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

/** The result of reading, and the files it depends on, whether they could be read or not. */
export interface ConfigurationReading {
  readonly outcome: { readonly configuration: Configuration } | { readonly fault: ConfigurationError };
  readonly files: readonly string[];
}

export async function readConfiguration(source: ConfigurationSource): Promise<ConfigurationReading> {
  const absolute = resolve(source.file);
  const shown = shownFile(absolute);
  const bytes = await readFile(absolute).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) return faulty([unreadableFile(shown, dirname(absolute), bytes)], [absolute]);
  const text = decodeText(bytes);
  if (text === undefined) return faulty([{ place: shown, path: '', ...notText }], [absolute]);
  return readConfigurationText(text, source);
}

/** The same for a text that is not yet written to the file. */
export async function readConfigurationText(
  text: string,
  { file, env, cut, commands = createSecretCommands() }: ConfigurationSource,
): Promise<ConfigurationReading> {
  const absolute = resolve(file);
  const folder = dirname(absolute);
  const shown = shownFile(absolute);
  const document = readDocument(text);
  if (document.errors.length > 0) return faulty(locateSyntaxErrors(document, shown), [absolute]);
  const resolved = await resolveReferences(document.value, { env, folder, cut, commands });
  const files = [absolute, ...resolved.files];
  const { problems, value } = checkFile(document.value, resolved, folder);
  if (value === undefined) return faulty(locateProblems(problems, document, shown), files);
  try {
    const written = mergeDefaults(document.value);
    const configuration = buildConfiguration(value, { file: absolute, folder, env, written });
    return { outcome: { configuration }, files };
  } catch (fault) {
    if (fault instanceof ConfigurationError) return { outcome: { fault }, files };
    throw fault;
  }
}

function faulty(faults: readonly Fault[], files: readonly string[]): ConfigurationReading {
  return { outcome: { fault: configurationError(faults) }, files };
}

/** The path relative to the working directory where it lies below it. */
function shownFile(absolute: string): string {
  const fromHere = relative('', absolute);
  return fromHere.startsWith('..') ? absolute : fromHere;
}

/** Problems with line and column, in the order of the file. */
function locateProblems(problems: readonly Problem[], document: SourceDocument, file: string): Fault[] {
  return inOrder(
    problems.map((problem) => {
      const position = document.findPosition(problem.path, problem.about);
      return { position, fault: faultAt(placeText(file, position), problem) };
    }),
  );
}

/** Why the file is not YAML. */
function locateSyntaxErrors(document: SourceDocument, file: string): Fault[] {
  return inOrder(
    document.errors.map(({ position, message }) => ({
      position,
      fault: { place: placeText(file, position), path: '', message },
    })),
  );
}

/** A file that does not exist or cannot be read. */
function unreadableFile(file: string, folder: string, error: NodeJS.ErrnoException): Fault {
  const message =
    error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? `no such file in ${folder}. To begin, write one with \`river init\`, or copy examples/river.yaml there and adapt it, or name another file with --config or RIVER_CONFIG`
      : error.code === 'EISDIR'
        ? 'is a folder, expected a file'
        : `cannot be read (${error.code ?? error.name})`;
  return { place: file, path: '', message };
}

function placeText(file: string, { line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

function inOrder(faults: readonly { readonly position: Position; readonly fault: Fault }[]): Fault[] {
  return faults
    .toSorted((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
    .map(({ fault }) => fault);
}
