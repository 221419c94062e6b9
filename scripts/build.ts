/**
 * Compiles src to dist, which is what is published, and bundles the workflows beside it, so that many workers
 * that start at once need not each do that: npm run build
 */
import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

await rm(inRoot('dist'), { recursive: true, force: true });
const tsc = inRoot('node_modules/typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [tsc, '--project', inRoot('tsconfig.build.json')], {
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(1);

// `#domain/…` leads to the sources in a checkout, and to what is compiled from them here: the nearest package.json says where.
await writeFile(inRoot('dist/package.json'), JSON.stringify({ type: 'module', imports: { '#*': './*.js' } }));

// The bundle's inline source map must stay: a worker refuses a bundle without it.
const { code } = await bundleWorkflowCode({
  workflowsPath: inRoot('dist/workflows/index.js'),
  logger: new DefaultLogger('WARN'),
});
await writeFile(inRoot('dist/workflows.bundle.js'), code);
