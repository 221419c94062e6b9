/**
 * Saves what a finished run did, so that later code is held to it: npm run history:save -- <workflow id> <what it shows>
 * Writes test/replay/histories/<workflow>-<what it shows>-<version>.json, which the replay test picks up by itself.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { connectTemporal } from '../src/control/connect-temporal.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'run-id': { type: 'string' } },
});
const [workflowId, shows] = positionals;
if (workflowId === undefined || shows === undefined || !/^[a-z0-9-]+$/.test(shows)) {
  process.stderr.write(
    'Usage: npm run history:save -- <workflow id> <what-it-shows> [--run-id <id of one run>]\n' +
      'What it shows becomes part of the file name: lower-case words with hyphens, such as two-chunks.\n',
  );
  process.exit(2);
}

const temporal = await connectTemporal();
try {
  const handle = temporal.client.workflow.getHandle(workflowId, values['run-id']);
  const { type } = await handle.describe();
  const history = JSON.parse(historyToJSON(await handle.fetchHistory()));
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const kebab = type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const folder = new URL('../test/replay/histories/', import.meta.url);
  const file = new URL(`${kebab}-${shows}-${version}.json`, folder);
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(history, null, 2)}\n`, { flag: 'wx' });
  process.stdout.write(`Saved ${file.pathname}\n`);
} finally {
  await temporal.close();
}
