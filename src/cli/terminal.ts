import { createRequire } from 'node:module';
import picocolors from 'picocolors';

const require = createRequire(import.meta.url);

/** The answer of a command: one JSON document for programs, text for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
}

/** How much a command says besides its answer: `--quiet`, neither, or `--verbose`. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** Where a command prints: its answer on standard output, everything else on standard error. */
export interface Terminal {
  /** Whether a person sees what is drawn: standard error is a terminal that can draw, and `--quiet` was not given. */
  readonly isLive: boolean;
  /** How many columns a line that is drawn may have: one that wraps could not be drawn over. */
  readonly width: number;
  /** Whether a person can be asked: standard error and standard input are terminals. */
  readonly canAsk: boolean;
  readonly verbosity: Verbosity;
  answer(answer: Answer): void;
  /** Prints what a person has to know: an error, a warning. */
  say(line: string): void;
  /** Prints what happens, but not with `--quiet`. */
  inform(line: string): void;
  /** Prints a line, if it has changed; not with `--quiet`. */
  progress(line: string): void;
  /** Draws these lines in the place of those that were drawn last; they go when something is printed. Only where `isLive`. */
  draw(lines: readonly string[]): void;
  /** Leaves the drawn lines where they stand. */
  keepDrawn(): void;
}

export function createTerminal(json: boolean, verbosity: Verbosity = 'normal'): Terminal {
  const isQuiet = verbosity === 'quiet';
  const isTerminal = process.stderr.isTTY === true && !isQuiet;
  // One that calls itself dumb prints what would move the cursor.
  const isLive = isTerminal && process.env.TERM !== 'dumb';
  let shown = '';
  let drawing: typeof import('log-update').logUpdateStderr | undefined;
  const clear = () => drawing?.clear();
  const say = (line: string) => {
    clear();
    process.stderr.write(`${line}\n`);
  };
  return {
    isLive,
    get width() {
      return (process.stderr.columns || 80) - 1;
    },
    canAsk: isTerminal && process.stdin.isTTY === true,
    verbosity,
    answer({ json: document, text }) {
      clear();
      process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
    },
    say,
    inform: isQuiet ? () => {} : say,
    progress(line) {
      if (line !== shown && !isQuiet) say(line);
      shown = line;
    },
    draw(lines) {
      if (!isLive) return;
      // Loaded here: it takes long, and most commands draw nothing.
      drawing ??= (require('log-update') as typeof import('log-update')).createLogUpdate(process.stderr, {
        showCursor: true,
      });
      drawing(lines.join('\n'));
    },
    keepDrawn() {
      drawing?.done();
      drawing = undefined;
    },
  };
}

/**
 * Colours only on a terminal that supports them. (The library alone would also colour the output of a CI server, which a
 * program may read.)
 */
export const colors = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);

/** The same for what is drawn on standard error. */
export const drawnColors = picocolors.createColors(
  process.stderr.isTTY === true && picocolors.isColorSupported,
);

/** The columns of a text on a terminal. Only what is not plain takes the library, whose loading takes as long as a whole command. */
function stringWidth(text: string): number {
  if (/^[\x20-\x7e–]*$/.test(text)) return text.length;
  const { default: measure } = require('string-width') as typeof import('string-width');
  return measure(text);
}

/** A table with headings: each column as wide as its widest cell, numbers right-aligned, – for an unknown value. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  const cells = [headings, ...rows].map((row) => row.map((cell) => (cell === null ? '–' : String(cell))));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => stringWidth(row[column] ?? ''))));
  const numeric = headings.map(
    (_, column) =>
      rows.some((row) => typeof row[column] === 'number') &&
      rows.every((row) => row[column] === null || typeof row[column] === 'number'),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell)));
        return numeric[column] ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

/** The beginning of a line that fits so many columns; no character is cut in half. */
export function cutToWidth(line: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const { segment, index } of new Intl.Segmenter().segment(line)) {
    width += stringWidth(segment);
    if (width > columns) break;
    end = index + segment.length;
  }
  return line.slice(0, end);
}

/** The text in lines of so many columns at most, broken between words; a word that is longer is broken as well. */
export function wrapToWidth(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (stringWidth(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    for (let cut = cutToWidth(line, columns); cut !== '' && cut !== line; cut = cutToWidth(line, columns)) {
      lines.push(cut);
      line = line.slice(cut.length);
    }
  }
  return [...lines, line];
}

/** `1 chunk`, `2 chunks`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
