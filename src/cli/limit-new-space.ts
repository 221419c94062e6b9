/** Of each of the two halves. V8 would let them grow to 128 MB together on a large machine, and a worker gains nothing by it. */
const newSpace = '--max-semi-space-size=4';

/**
 * V8 takes its limits when a process begins: a command that works runs starts this process again, in the same place (the same
 * id, input and output), unless a person has set the limit or the system cannot do that.
 */
export function limitNewSpace(words: readonly string[]): void {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (!worksRuns(words) || given.includes('max-semi-space-size') || given.includes('max_semi_space_size'))
    return;
  if (process.platform === 'win32' || typeof process.execve !== 'function') return;
  const [, program = '', ...rest] = process.argv;
  process.execve(
    process.execPath,
    [process.execPath, newSpace, ...process.execArgv, program, ...rest],
    process.env,
  );
}

/** Options may stand before the command. */
const worksRuns = (words: readonly string[]): boolean =>
  words.some((word) => word === 'worker' || word === 'dev' || word === 'demo') || words.includes('--local');
