import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A page of the documentation, by its path from the root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** README.md, CONTRIBUTING.md and every page below docs. */
export const pages: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .sort(),
].map((path) => ({ path, text: readFileSync(root + path, 'utf8') }));

/** A block between fences, without the indentation of its list. */
interface Block {
  readonly language: string;
  readonly text: string;
}

const fenced = /^( *)```(\w*)\n(.*?)^\1```$/gms;

export function readBlocks({ text }: Page): Block[] {
  return [...text.matchAll(fenced)].map(([, indentation = '', language = '', block = '']) => ({
    language,
    text: block.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
  }));
}

/** What stands between backticks in a line, outside of blocks. */
export function readCodeSpans({ text }: Page): string[] {
  return [...text.replaceAll(fenced, '').matchAll(/(`+) ?([^\n]*?) ?\1(?!`)/g)].map(
    ([, , code = '']) => code,
  );
}
