/**
 * Checks the sources, without a service: npm run check
 * Prints one line for each part with its time, and the whole output of parts that fail; exit code 1 then.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['src', 'test', 'scripts', 'bench'].filter((folder) => existsSync(join(root, folder)));
/** A part takes seconds; where the machine is busy with much else, minutes. */
const atMostMs = 600_000;
const cruise = [...folders, '--output-type', 'err-long', '--config'];

/** The longest first, so that the parts end at about the same time. */
const parts: readonly (readonly [name: string, command: string, ...parameters: string[]])[] = [
  ['types', 'tsc', '--project', '.'],
  ['lint and format', 'biome', 'ci', '--colors=off', '--error-on-warnings', '.'],
  ['arrows', 'depcruise', ...cruise, '.dependency-cruiser.mjs'],
  ['arrows at run time', 'depcruise', ...cruise, '.dependency-cruiser-loaded.mjs'],
  ['unused code and dependencies', 'knip'],
  ['generated pages are up to date', 'node', 'scripts/docs.ts', '--check'],
  ['river.schema.json is up to date', 'node', 'scripts/config-schema.ts', '--check'],
];

interface Finding {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const started = performance.now();
const waiting = [...parts];
const failed: Finding[] = [];
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
for (const { name, output } of failed) process.stdout.write(`\n── ${name} ──\n${output.trim()}\n`);
const whole = ((performance.now() - started) / 1000).toFixed(1);
process.stdout.write(
  failed.length === 0
    ? `\nAll ${parts.length} passed in ${whole} s.\n`
    : `\n${failed.length} of ${parts.length} failed in ${whole} s: ${failed.map(({ name }) => name).join(', ')}.\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const [name, command, ...parameters] = part;
    const finding = await run(name, command, parameters);
    if (!finding.passed) failed.push(finding);
    process.stdout.write(
      `${finding.passed ? 'passed' : 'FAILED'} ${finding.seconds.toFixed(1).padStart(6)} s  ${name}\n`,
    );
  }
}

async function run(name: string, command: string, parameters: readonly string[]): Promise<Finding> {
  const begun = performance.now();
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, NO_COLOR: '1' };
  const child = spawn(command, parameters, { cwd: root, env, timeout: atMostMs });
  child.stdin.end();
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null)); // the program does not exist
    child.once('close', resolve); // null if it took too long
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const seconds = (performance.now() - begun) / 1000;
  const late =
    code === null && seconds * 1000 >= atMostMs ? `It took longer than ${atMostMs / 1000} s.\n` : '';
  return { name, passed: code === 0, seconds, output: `${late}${stdout}${stderr}` };
}
