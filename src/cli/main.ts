#!/usr/bin/env node
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { exitCode } from './exit-code.ts';
import { limitNewSpace } from './limit-new-space.ts';
import { refuseOldNode } from './this-package.ts';

/**
 * A host may have addresses that do not answer, often IPv6 ones: each gets this long before the next is tried, for the API,
 * a proxy and Postgres. With Node's default a slow network would count as unreachable.
 */
setDefaultAutoSelectFamilyAttemptTimeout(5_000);

// An older Node crashes without a message when it loads the driver of SQLite.
const refusal = refuseOldNode(process.versions.node);
if (refusal === undefined) {
  limitNewSpace(process.argv.slice(2));
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
} else {
  process.stderr.write(`${refusal}\n`);
  process.exitCode = exitCode.usage;
}

// The answer is printed: a connection that still hangs must not keep the process alive.
setTimeout(() => process.exit(), 2_000).unref();
