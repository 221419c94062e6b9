import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFile, anEnvironment } from '../../helpers/a-configuration.ts';
import { nowhere } from '../../helpers/commanded.ts';
import { withFolder } from '../../helpers/folder.ts';
import { startCommand } from '../../helpers/start-command.ts';

/** Node as it is where the driver is not installed. */
const without = (driver: string): string => `import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    return next(specifier === '${driver}' ? 'a-package-that-is-not-installed' : specifier, context);
  },
});
`;

test.each([
  ['BigQuery', '@google-cloud/bigquery', 'bigquery, connection: { projectId: p }'],
  ['Snowflake', 'snowflake-sdk', 'snowflake, connection: { account: a, database: d }'],
])(
  'where the driver of %s is not installed commands say how it is, still look at the books, and exit with 2',
  (name, driver, client) =>
    withFolder(async (folder) => {
      const [file, hook] = [join(folder, 'river.yaml'), join(folder, 'without-driver.mjs')];
      await writeFile(hook, without(driver));
      await writeFile(
        file,
        aFile.replace('https://api4.optimove.net/current', `http://${await nowhere()}`).replace(
          'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
          `local: { client: ${client}, schema: d, books: prod }
  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }`,
        ),
      );
      const env = {
        ...process.env,
        ...anEnvironment,
        RIVER_CONFIG: file,
        TEMPORAL_ADDRESS: await nowhere(),
        NODE_OPTIONS: `--import=${hook}`,
      };
      const says = `A warehouse with \`client: ${name.toLowerCase()}\` needs the driver of ${name}, which is not installed: run \`npm install ${driver}\` where River is installed (with --global for a global River).\n`;
      const days = ['--start', '2026-01-01', '--end', '2026-01-02'];
      for (const args of [
        ['check'],
        ['verify'],
        ['dbt', '--output', '-'],
        ['adopt', 'codes', ...days],
        ['forget', 'codes', ...days],
      ]) {
        const { code, stdout, stderr } = await startCommand(args, env).end;
        expect(code, args.join(' ')).toBe(2);
        expect(stdout + stderr, args.join(' ')).toContain(says);
        if (args[0] === 'check') expect(stdout).toContain('✓ warehouse prod: SQLite ');
      }
    }),
);
