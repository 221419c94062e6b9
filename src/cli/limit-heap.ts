import { setFlagsFromString } from 'node:v8';

/** Of each of the two halves. V8 would let them grow to 128 MB together on a large machine, and a worker gains nothing by it. */
const newSpace = '--max-semi-space-size=4';

/**
 * How far the heap may grow beyond what is in use until V8 collects garbage. It would let it grow to several times that, and a worker's
 * pages are soon garbage: with this they take half the memory, and hardly more processor time.
 */
const growth = '--heap-growing-percent=40';

/**
 * V8 takes the limit of its new space when a process begins: a command that works runs starts this process again, in the same place (the same
 * id, input and output), unless a person has set the limit or the system cannot do that.
 */
export function limitHeap(words: readonly string[]): void {
  if (!worksRuns(words)) return;
  // Not on the command line: a Node whose V8 no longer knew this would not begin.
  setFlagsFromString(growth);
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (given.includes('max-semi-space-size') || given.includes('max_semi_space_size')) return;
  if (process.platform === 'win32' || typeof process.execve !== 'function') return;
  const [, program = '', ...rest] = process.argv;
  process.execve(
    process.execPath,
    [process.execPath, newSpace, ...process.execArgv, program, ...rest],
    process.env,
  );
}

/** Options may stand before the command. Its help works no run. */
const worksRuns = (words: readonly string[]): boolean =>
  !words.some((word) => word === '--help' || word === '-h') &&
  words.some((word) => word === 'worker' || word === 'dev' || word === 'demo' || word === '--local');
