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

/** The bundle of workflows, the same for all workers of a process: it matches the sources that the process loaded. */
export function workflowCode(): Promise<WorkflowBundleOption> {
  inThisProcess ??= readOrBundle();
  return inThisProcess;
}

/**
 * A published package contains the bundle. A checkout builds it when its sources have changed, which takes a second, and
 * keeps it in `.cache` for other workers.
 */
async function readOrBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(published)) return { codePath: published };
  const cache = join(checkout, '.cache');
  const codePath = join(cache, `workflows-${await hashSources()}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(checkout, 'src/workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  // A read-only checkout works as well, without a cache.
  await storeBundle(cache, codePath, code).catch(() => {});
  return { code };
}

/** A hash of all sources, because workflows may import from any room, and of package.json for the versions of libraries. */
async function hashSources(): Promise<string> {
  const files = ['package.json', ...(await Array.fromAsync(glob('src/**/*.ts', { cwd: checkout }))).sort()];
  const texts = await Promise.all(files.map((file) => readFile(join(checkout, file))));
  const hash = createHash('sha256');
  for (const [at, file] of files.entries()) hash.update(`\n${file}\n`).update(texts[at] ?? '');
  return hash.digest('hex').slice(0, 16);
}

/** Renames the file into place, so that no other worker reads half of it; deletes bundles of earlier sources. */
async function storeBundle(cache: string, codePath: string, code: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const written = `${codePath}.${randomUUID()}`;
  await writeFile(written, code);
  await rename(written, codePath);
  for await (const file of glob('workflows-*.js*', { cwd: cache })) {
    const { mtimeMs } = await stat(join(cache, file));
    if (Date.now() - mtimeMs > keptForMs) await rm(join(cache, file), { force: true });
  }
}
