import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFile, anEnvironment } from '../helpers/a-configuration.ts';
import { commandHere } from '../helpers/command-here.ts';
import { nowhere } from '../helpers/commanded.ts';
import { withFolder } from '../helpers/folder.ts';

test('`check` sends to the connection of the books where these are away, not to that of the warehouse that they are kept for', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'river.yaml');
    const [away, api] = [await nowhere(), await nowhere()];
    await writeFile(
      path,
      aFile.replace('https://api4.optimove.net', `http://${api}`).replace(
        'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
        `local: { client: bigquery, connection: { projectId: p }, schema: d, books: kept }
  kept: { client: pg, connection: "postgres://river@${away}/river" }`,
      ),
    );
    const { code, stdout } = await commandHere(['check'], {
      ...anEnvironment,
      RIVER_CONFIG: path,
      TEMPORAL_ADDRESS: await nowhere(),
    });
    expect(code).toBe(3);
    expect(stdout).toContain('✗ warehouse local: The warehouse kept at ');
    expect(stdout.match(/`connection` of warehouse \w+/g)).toEqual([
      '`connection` of warehouse kept',
      '`connection` of warehouse kept',
    ]);
  }));
