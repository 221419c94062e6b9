import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { collectMessages, type SourceMessage } from './helpers/collect-messages.ts';

/** A row of a table in docs/messages.md: the messages, or pieces of them, what they mean, what to do. */
interface Entry {
  readonly texts: readonly string[];
  readonly means: string;
  readonly help: string;
}

const page = await readFile(new URL('../docs/messages.md', import.meta.url), 'utf8');
const messages = collectMessages();
const entries = readEntries(page);
const texts = entries.flatMap((entry) => entry.texts);

function readEntries(text: string): Entry[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [see = '', means = '', help = ''] = line.slice(1, -1).split(' | ');
      const found = [...see.matchAll(/(`+) ?(.*?) ?\1(?=<br>|\s*$)/g)].map(([, , quoted = '']) => quoted);
      return { texts: found, means: means.trim(), help: help.trim() };
    });
}

/** Whether the pieces of an entry stand in the message, in this order. */
function isAbout({ text }: SourceMessage, entry: string): boolean {
  let at = 0;
  for (const piece of entry.split('…')) {
    const found = text.indexOf(piece.trim(), at);
    if (found < 0) return false;
    at = found + piece.trim().length;
  }
  return true;
}

test('every message of the source has an entry in docs/messages.md', () => {
  expect(messages.length).toBeGreaterThan(200);
  const missing = messages.filter((message) => !texts.some((text) => isAbout(message, text)));
  expect(missing.map(({ place, text }) => `${place}  ${text}`)).toEqual([]);
});

test('every entry of docs/messages.md is about a message that there is', () => {
  expect(texts.filter((text) => !messages.some((message) => isAbout(message, text)))).toEqual([]);
});

test('every entry of docs/messages.md quotes enough to be found, and says what to do', () => {
  expect(texts.filter((text) => (text.match(/\p{L}/gu) ?? []).length < 6)).toEqual([]);
  expect(entries.filter(({ texts: quoted, help }) => quoted.length === 0 || help === '')).toEqual([]);
});
