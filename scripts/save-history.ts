/**
 * Saves histories of workflows, which later code must replay: test/replay/histories/<workflow>-<what it shows>-<version>.json
 *   npm run history:save                                       every state, by running it
 *   npm run history:save -- --replace                          the same, and overwrites those of this version
 *   npm run history:save -- <workflow id> <what it shows>      one run of a running Temporal server
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connectTemporal } from '#control/connect-temporal';
import { historyFile, saveHistory } from '../test/replay/record/save-history.ts';
import { states } from '../test/replay/states.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'run-id': { type: 'string' }, replace: { type: 'boolean' } },
});
const [workflowId, shows] = positionals;
if (workflowId === undefined) {
  await recordAll();
} else if (shows === undefined || !/^[a-z0-9-]+$/.test(shows)) {
  process.stderr.write(
    'Usage: npm run history:save [-- --replace]\n' +
      '       npm run history:save -- <workflow id> <what-it-shows> [--run-id <id of one run>]\n' +
      'What it shows becomes part of the file name: lower-case words with hyphens, such as two-chunks.\n',
  );
  process.exitCode = 2;
} else {
  const temporal = await connectTemporal();
  try {
    const { 'run-id': runId, replace } = values;
    const file = await saveHistory(temporal.client, { workflowId, runId, shows }, replace);
    process.stdout.write(
      file === undefined ? 'It exists already: --replace overwrites it.\n' : `Saved ${file}\n`,
    );
    if (file === undefined) process.exitCode = 1;
  } finally {
    await temporal.close();
  }
}

async function recordAll(): Promise<void> {
  const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    [inRoot('node_modules/vitest/vitest.mjs'), 'run', '--config', inRoot('vitest.record.config.ts')],
    {
      cwd: inRoot('.'),
      stdio: 'inherit',
      env: { ...process.env, ...(values.replace && { RIVER_HISTORIES: 'replace' }) },
    },
  );
  process.exitCode = status ?? 1;
  for (const [type, names] of Object.entries(states)) {
    for (const name of names) {
      if (existsSync(await historyFile(type, name))) continue;
      process.stderr.write(`There is no history of ${type} that is ${name}.\n`);
      process.exitCode = 1;
    }
  }
}
