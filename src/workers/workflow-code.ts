import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

const published = fileURLToPath(new URL('../workflows.bundle.js', import.meta.url));
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const keptForMs = 24 * 60 * 60 * 1000;

let inThisProcess: Promise<WorkflowBundleOption> | undefined;

/** The same for all workers of a process, which go with the sources that it was loaded from. */
export function workflowCode(): Promise<WorkflowBundleOption> {
  inThisProcess ??= readOrBundle();
  return inThisProcess;
}

/**
 * The workflows as a worker runs them. A published package brings them bundled. A checkout bundles them, which takes a second, when
 * its sources have changed, and keeps that below `.cache`: workers that start after it, or beside it, take what is there.
 */
async function readOrBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(published)) return { codePath: published };
  const cache = join(checkout, '.cache');
  const codePath = join(cache, `workflows-${await hashOfSources()}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(checkout, 'src/workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  // A checkout that may only be read works as well, without a cache.
  await keep(cache, codePath, code).catch(() => {});
  return { code };
}

/** Of all sources, for what the workflows import may lie anywhere, and of the versions of the libraries among them. */
async function hashOfSources(): Promise<string> {
  const files = ['package.json', ...(await Array.fromAsync(glob('src/**/*.ts', { cwd: checkout }))).sort()];
  const texts = await Promise.all(files.map((file) => readFile(join(checkout, file))));
  const hash = createHash('sha256');
  for (const [at, file] of files.entries()) hash.update(`\n${file}\n`).update(texts[at] ?? '');
  return hash.digest('hex').slice(0, 16);
}

/** Renamed into place, so that nobody reads half of it; bundles of earlier sources go. */
async function keep(cache: string, codePath: string, code: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const written = `${codePath}.${randomUUID()}`;
  await writeFile(written, code);
  await rename(written, codePath);
  for await (const file of glob('workflows-*.js*', { cwd: cache })) {
    const { mtimeMs } = await stat(join(cache, file));
    if (Date.now() - mtimeMs > keptForMs) await rm(join(cache, file), { force: true });
  }
}
