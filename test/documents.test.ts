import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pages, root } from './helpers/read-documents.ts';

/** Paths of the repository in a text, up to a placeholder such as `…`, `*` or `<name>`. */
function findPaths(text: string): string[] {
  const found = text.matchAll(
    /(?<![\w./:#-])((?:src|test|scripts|bench|docs|examples)\/[\w./-]*|\.(?:ci|dependency-cruiser)[\w./-]*)(…|\*|<)?/g,
  );
  return [...found].map(([, path = '', placeholder]) =>
    placeholder === undefined ? path.replace(/[.,]$/, '') : dirname(`${path}x`),
  );
}

/** Where a link leads: a file from the folder of its page, and a heading in it. */
function findLinks(text: string): { readonly file: string; readonly heading: string | undefined }[] {
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)].map(([, file = '', heading]) => ({
    file,
    heading,
  }));
}

/** The anchors of a page, as GitHub makes them. */
const readAnchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('$path', ({ path: page, text }) => {
  test('names only paths that exist', () => {
    expect(findPaths(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('links only to pages and headings that exist', async () => {
    const broken = [];
    for (const { file, heading } of findLinks(text)) {
      const target = file === '' ? page : join(dirname(page), file);
      const isThere = existsSync(join(root, target));
      const knowsHeading =
        heading === undefined ||
        (isThere && readAnchors(await readFile(join(root, target), 'utf8')).includes(heading));
      if (!isThere || !knowsHeading) broken.push(`${file}${heading === undefined ? '' : `#${heading}`}`);
    }
    expect(broken).toEqual([]);
  });
});

test('docs/README.md leads to every page', async () => {
  const index = await readFile(join(root, 'docs/README.md'), 'utf8');
  const linked = new Set(findLinks(index).map(({ file }) => `docs/${file}`));
  const own = pages.map(({ path }) => path).filter((path) => /^docs\/(?!README)[^/]+$/.test(path));
  expect(own.filter((path) => !linked.has(path))).toEqual([]);
});

test('docs/guarantees.md names only tests that exist', async () => {
  const text = await readFile(join(root, 'docs/guarantees.md'), 'utf8');
  const rooms = await readdir(join(root, 'test'));
  const named = [...text.matchAll(/`([\w-]+)\/([\w/.-]+)`/g)].filter(([, room = '']) => rooms.includes(room));
  expect(named.length).toBeGreaterThan(20);
  const missing = named
    .map(([, room, rest]) => `test/${room}/${rest}`)
    .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, `${path}.test.ts`)));
  expect(missing).toEqual([]);
});
