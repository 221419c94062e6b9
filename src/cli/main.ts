#!/usr/bin/env node
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { exitCode } from './exit-code.ts';
import { refusalOfNode } from './version.ts';

/**
 * A host may have addresses that lead nowhere, IPv6 ones first: each has this long before the next is tried, for the API,
 * a proxy and Postgres alike. By default a slow way would count as none.
 */
setDefaultAutoSelectFamilyAttemptTimeout(5_000);

// An older Node crashes without a word where SQLite's driver is loaded.
const refusal = refusalOfNode(process.versions.node);
if (refusal === undefined) {
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
} else {
  process.stderr.write(`${refusal}\n`);
  process.exitCode = exitCode.usage;
}

// What still hangs (a warehouse that takes packets and answers nothing) keeps nobody waiting who has his answer.
setTimeout(() => process.exit(), 2_000).unref();
