import { readFile } from 'node:fs/promises';
import { decodeText } from './decode-text.ts';

/** What a configuration file names, as far as it can be read. */
export interface ConfiguredNames {
  /** Each river with its report, where it says one. */
  readonly rivers: readonly { readonly name: string; readonly report: string }[];
  readonly connections: readonly string[];
}

/** The names in a file, for completion: nothing is checked, no secret is read, and a file with faults gives what it has. */
export async function readNames(file: string): Promise<ConfiguredNames> {
  try {
    const { parse } = await import('yaml');
    const document: unknown = parse(decodeText(await readFile(file)) ?? '', { logLevel: 'silent' });
    const [rivers, connections] = ['rivers', 'connections'].map((key) => readEntries(document, key));
    return {
      rivers: (rivers ?? []).map(([name, river]) => ({ name, report: readReport(river) })),
      connections: (connections ?? []).map(([name]) => name),
    };
  } catch {
    return { rivers: [], connections: [] };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function readEntries(document: unknown, key: string): [string, unknown][] {
  const value = isObject(document) ? document[key] : undefined;
  return isObject(value) ? Object.entries(value) : [];
}

const readReport = (river: unknown): string =>
  isObject(river) && typeof river.report === 'string' ? river.report : '';
