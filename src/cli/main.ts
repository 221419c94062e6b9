#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { join } from 'node:path';

// Before everything else is imported: what Node has compiled once is read from there by the next command, which starts in half the
// time. Not below the shared /tmp, Node's own default, where another user could put code for this one.
const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'));
if (caches) enableCompileCache(join(caches, 'river-optimove'));

/**
 * A host may have addresses that do not answer, often IPv6 ones: each gets this long before the next is tried, for the API,
 * a proxy and Postgres. With Node's default a slow network would count as unreachable.
 */
setDefaultAutoSelectFamilyAttemptTimeout(5_000);

// Who reads the output may end first, as in `river reports | head -1`: then the command goes on, and keeps its exit code.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`The answer could not be written to standard output (${error.code}).\n`);
  process.exit(1);
});
process.stderr.on('error', () => {});

const { refuseOldNode } = await import('./this-package.ts');
// An older Node crashes without a message when it loads the driver of SQLite.
const refusal = refuseOldNode(process.versions.node);
if (refusal === undefined) {
  const words = process.argv.slice(2);
  const { limitHeap } = await import('./limit-heap.ts');
  limitHeap(words);
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(words);
} else {
  process.stderr.write(`${refusal}\n`);
  const { exitCode } = await import('./exit-code.ts');
  process.exitCode = exitCode.usage;
}

// The answer is printed: a connection that still hangs must not keep the process alive.
setTimeout(() => process.exit(), 2_000).unref();
