import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFolder } from './folder.ts';

/** A change of one source: `was` stands in the file once. */
export interface Edit {
  /** Below `src`. */
  readonly file: string;
  readonly was: string;
  readonly becomes: string;
}

/** Another build of River, made from a copy of these sources. */
export interface AnotherBuild {
  /** Its command line, for `startCommand`. */
  readonly program: string;
  /** Its workflows, to be bundled. */
  readonly workflows: string;
}

const inRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Gives `use` a copy of the sources with these changes in them, and removes it after it. */
export async function withAnotherBuild<T>(
  edits: readonly Edit[],
  use: (build: AnotherBuild) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    await Promise.all([
      cp(inRoot('src'), join(folder, 'src'), { recursive: true }),
      cp(inRoot('package.json'), join(folder, 'package.json')),
      symlink(inRoot('node_modules'), join(folder, 'node_modules')),
    ]);
    for (const { file, was, becomes } of edits) {
      const path = join(folder, 'src', file);
      const parts = (await readFile(path, 'utf8')).split(was);
      if (parts.length !== 2)
        throw new Error(`src/${file} has ${parts.length - 1} times what is to change:\n${was}`);
      await writeFile(path, parts.join(becomes));
    }
    return use({
      program: join(folder, 'src/cli/main.ts'),
      workflows: join(folder, 'src/workflows/index.ts'),
    });
  });
}
