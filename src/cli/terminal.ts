import picocolors from 'picocolors';

/** What a command answers: one JSON document for programs, text for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
}

/** Where a command speaks: its answer on standard output, everything else on standard error. */
export interface Terminal {
  answer(answer: Answer): void;
  /** A line about what goes on. */
  say(line: string): void;
  /** A line that takes the place of the one before it where the terminal can do that; else it is written when it tells something new. */
  progress(line: string): void;
}

export function createTerminal(json: boolean): Terminal {
  let shown = '';
  const clear = () => {
    if (shown !== '' && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    shown = '';
  };
  return {
    answer({ json: document, text }) {
      clear();
      process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
    },
    say(line) {
      clear();
      process.stderr.write(`${line}\n`);
    },
    progress(line) {
      if (line === shown) return;
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\x1b[K${line.slice(0, process.stderr.columns - 1)}`);
      } else {
        process.stderr.write(`${line}\n`);
      }
      shown = line;
    },
  };
}

/**
 * Colours are for a terminal that wants them. (By itself the library colours for a CI server as well, where a program may
 * read the lines.)
 */
export const colors = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);
