import { createRequire } from 'node:module';
import picocolors from 'picocolors';

const require = createRequire(import.meta.url);

/** The answer of a command: one JSON document for programs, text for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
}

/** Where a command prints: its answer on standard output, everything else on standard error. */
export interface Terminal {
  answer(answer: Answer): void;
  /** Prints a line about what happens. */
  say(line: string): void;
  /** Prints a line that replaces the previous one on a terminal; elsewhere it is printed only if it has changed. */
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
        process.stderr.write(`\r\x1b[K${cutToWidth(line, process.stderr.columns - 1)}`);
      } else {
        process.stderr.write(`${line}\n`);
      }
      shown = line;
    },
  };
}

/**
 * Colours only on a terminal that supports them. (The library alone would also colour the output of a CI server, which a
 * program may read.)
 */
export const colors = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);

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

/** `1 chunk`, `2 chunks`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
