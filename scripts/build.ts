/**
 * Compiles src to dist, which is published, and bundles the workflows beside it, so that workers need not bundle
 * them at their start: npm run build
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

// `#domain/…` means the sources in a checkout, and the compiled files here: the nearest package.json decides.
await writeFile(inRoot('dist/package.json'), JSON.stringify({ type: 'module', imports: { '#*': './*.js' } }));

// The bundle's inline source map must stay: a worker refuses a bundle without it.
const { code } = await bundleWorkflowCode({
  workflowsPath: inRoot('dist/workflows/index.js'),
  logger: new DefaultLogger('WARN'),
});
await writeFile(inRoot('dist/workflows.bundle.js'), code);
