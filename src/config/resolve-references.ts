import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Path, type Problem, pathText } from '#domain/river/problem';
import { decodeText, notText } from './decode-text.ts';
import { type SecretCommands, splitWords } from './secret-commands.ts';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface Resolved {
  /** The same values with references replaced; a reference that cannot be resolved is left out. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Paths of the values that come, wholly or in part, from outside the file. */
  readonly referring: ReadonlySet<string>;
  /** Files that were read or looked for. */
  readonly files: readonly string[];
}

/**
 * Whether secrets stand at a path, or would stand there after a wrong indentation: no value from there is ever shown, and
 * `file:` and `exec:` references are resolved there.
 */
export function isSecretPath(path: Path): boolean {
  const [section, , key] = path;
  if (section === 'connections') return key === undefined || key === 'auth';
  if (section === 'warehouses') return key === undefined || key === 'connection';
  const inRiver = section === 'rivers' ? path.slice(2) : section === 'defaults' ? path.slice(1) : [];
  return (inRiver[0] === 'notify' && inRiver[1] !== 'on') || isSaltPath(inRiver);
}

/** `columns.<name>.hash` of a river, or what a wrong indentation makes of it. */
const isSaltPath = ([section, ...rest]: Path): boolean => section === 'columns' && rest.at(-1) === 'hash';

/** Where references are resolved. */
interface Sources {
  readonly env: Variables;
  /** Relative paths start here: the folder of the configuration file. */
  readonly folder: string;
  /** Variables whose value is probably truncated. */
  readonly cut?: ReadonlySet<string> | undefined;
  readonly commands: SecretCommands;
}

/** Resolves environment variables (`${NAME}`, anywhere in a text) and secrets from files (`file:<path>`) and commands (`exec:<command> <arguments>`). */
export async function resolveReferences(
  value: unknown,
  { env, folder, cut = new Set(), commands }: Sources,
): Promise<Resolved> {
  const problems: Problem[] = [];
  const referring = new Set<string>();
  const files: string[] = [];
  return { value: await walk(value, []), problems, referring, files };

  async function walk(part: unknown, path: Path): Promise<unknown> {
    if (typeof part === 'string') return resolveText(part, path);
    if (Array.isArray(part)) {
      return Promise.all(part.map((item, at) => walk(item, [...path, at])));
    }
    if (typeof part !== 'object' || part === null) return part;
    const entries = await Promise.all(
      Object.entries(part).map(async ([key, item]) => [key, await walk(item, [...path, key])] as const),
    );
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }

  async function resolveText(text: string, path: Path): Promise<string | undefined> {
    const expanded = expand(text, env, cut);
    if (expanded.faults.length > 0) {
      problems.push(...expanded.faults.map((message) => ({ path, message })));
      return undefined;
    }
    if (expanded.refers) referring.add(pathText(path));
    // Decided by the text in the file: a variable's value never names a file to read.
    if (!isSecretPath(path) || !/^(file|exec):/.test(text)) return expanded.text;
    referring.add(pathText(path));
    if (text.startsWith('exec:')) return runCommand(text.slice('exec:'.length), path);
    return readSecret(expanded.text.slice('file:'.length), text, path);
  }

  async function runCommand(written: string, path: Path): Promise<string | undefined> {
    // Split before variables are expanded: a value with spaces stays one argument.
    const words = splitWords(written).map((word) => expand(word, env, cut).text);
    const ran = await commands.run(words, { folder, env });
    if ('secret' in ran) return ran.secret;
    problems.push({ path, message: ran.fault });
    return undefined;
  }

  async function readSecret(name: string, written: string, path: Path): Promise<string | undefined> {
    const file = resolve(folder, name);
    files.push(file);
    try {
      const secret = decodeText(await readFile(file))?.replace(/\r?\n$/, '');
      if (secret) return secret;
      const named = `the file of ${JSON.stringify(written)}`;
      problems.push({
        path,
        message: secret === undefined ? `${named}: ${notText.message}` : `${named} is empty`,
      });
    } catch (error) {
      const why =
        (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'there is no file at'
          : 'cannot read the file of';
      problems.push({
        path,
        message: `${why} ${JSON.stringify(written)}, looked for from the folder of this file`,
      });
    }
    return undefined;
  }
}

const cutAtHash = (name: string): string =>
  `the value of ${name} in .env is cut at a "#": put the value in quotes (${name}="…"), or a space before the "#" of a comment`;

/** `$${` stands for `${` itself. */
const reference = /\$\$\{|\$\{([A-Za-z_]\w*)\}|\$\{/g;

function expand(
  text: string,
  env: Variables,
  cut: ReadonlySet<string>,
): { text: string; refers: boolean; faults: string[] } {
  const faults: string[] = [];
  let refers = false;
  const expanded = text.replace(reference, (match, name: string | undefined) => {
    if (match === '$${') return '${';
    if (name === undefined) {
      faults.push(
        `expected \${NAME}, the name of an environment variable, after "\${" (write $\${ for "\${" itself)`,
      );
      return '';
    }
    refers = true;
    const value = env[name];
    if (cut.has(name)) faults.push(cutAtHash(name));
    else if (!value) faults.push(`the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}`);
    return value ?? '';
  });
  return { text: expanded, refers, faults };
}
