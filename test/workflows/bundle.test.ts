import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { expect, test } from 'vitest';

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const room = fileURLToPath(new URL('../../src/workflows/', import.meta.url));

test('the workflows bundle, without what every cached one would evaluate anew', async () => {
  const { code } = await bundleWorkflowCode({ workflowsPath: join(room, 'index.ts'), logger: quiet });
  expect(code).toContain('riverRun');
  expect(code).toContain('apiBudget');
  expect(code).not.toContain('node_modules/zod/');
  expect(code).not.toContain('node_modules/dayjs/');
});

test('a workflow that reaches for the network is refused', async () => {
  const got = fileURLToPath(import.meta.resolve('got'));
  const folder = fileURLToPath(new URL('../../.cache/', import.meta.url));
  const file = join(folder, `stray-${process.pid}.ts`);
  await mkdir(folder, { recursive: true });
  await writeFile(
    file,
    `import got from ${JSON.stringify(got)};\nexport const stray = async () => got('http://127.0.0.1');\n`,
  );
  try {
    await expect(bundleWorkflowCode({ workflowsPath: file, logger: quiet })).rejects.toThrow(
      /disallowed|Webpack/i,
    );
  } finally {
    await rm(file);
  }
});
