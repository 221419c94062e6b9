import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfiguration } from '#config/load-configuration';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { withFolder } from './folder.ts';

/** What the configurations of tests take from the environment. */
export const anEnvironment: Readonly<Record<string, string | undefined>> = { KEY: 'k-1' };

/** A small file that is right. Its lines are counted on: connections 1, warehouses 3, rivers 5, the river's report 7. */
export const aFile = `connections:
  main: { baseUrl: "https://api4.optimove.net/current", auth: { apiKey: "\${KEY}" } }
warehouses:
  local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }
rivers:
  codes:
    report: promo-codes
    connection: main
    period: { start: 2026-01-01, end: 2026-01-31 }
    chunks: { every: daily, size: 4 }
    target: { warehouse: local, table: codes }
`;

/** Loads a text as river.yaml, other files beside it. */
export function loadText(
  text: string | Uint8Array,
  {
    env = anEnvironment,
    files = {},
    cut,
  }: {
    env?: typeof anEnvironment;
    files?: Record<string, string | Uint8Array>;
    cut?: ReadonlySet<string>;
  } = {},
): Promise<Configuration> {
  return withFolder(async (folder) => {
    for (const [name, content] of Object.entries({ ...files, 'river.yaml': text })) {
      await writeFile(join(folder, name), content);
    }
    return loadConfiguration({ file: join(folder, 'river.yaml'), env, ...(cut && { cut }) });
  });
}

/** The lines of what is wrong with a text; the folder before `river.yaml` is left out. */
export async function faultsOfText(
  text: string | Uint8Array,
  options?: Parameters<typeof loadText>[1],
): Promise<readonly string[]> {
  try {
    await loadText(text, options);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^\S*\/(?=river\.yaml)/, ''));
  }
}
