import type { NotesOfPage } from '#domain/run/page-notes';
import type { Database } from './database.ts';
import { type NotedPage, notedPagesAfter } from './statements/page-notes.ts';
import { type PageRows, stagedPagesAfter } from './statements/staged-pages.ts';
import { hasStaging } from './statements/staging-table.ts';

const pagesAtATime = 50;
const notesAtATime = 1_000;

/** A slice's staged pages, call by call, read as they are asked for. */
export async function* readStagedPages(
  database: Database,
  of: { readonly runId: string; readonly chunk: string | null; readonly slice: string },
): AsyncGenerator<PageRows> {
  if (!(await database.read((tables) => hasStaging(tables, of.runId)))) return;
  let after: PageRows | undefined;
  do {
    const pages: PageRows[] = await database.read((tables) =>
      stagedPagesAfter(tables, of, after, pagesAtATime),
    );
    yield* pages;
    after = pages.at(-1);
  } while (after !== undefined);
}

/** One page of a slice; undefined where it is not there. */
export async function readStagedPage(
  database: Database,
  of: { readonly runId: string; readonly chunk: string | null; readonly slice: string },
  { call, page }: Pick<PageRows, 'call' | 'page'>,
): Promise<PageRows | undefined> {
  const before = { call, page: page - 1 };
  const [found] = await database.read((tables) => stagedPagesAfter(tables, of, before, 1));
  return found?.call === call && found.page === page ? found : undefined;
}

/** What a slice's staged pages brought that a person is to hear of. */
export async function* readPageNotes(
  database: Database,
  of: { readonly runId: string; readonly chunk: string | null; readonly slice: string },
): AsyncGenerator<NotesOfPage> {
  if (!(await database.read((tables) => hasStaging(tables, of.runId)))) return;
  let after: NotedPage | undefined;
  do {
    const pages: NotedPage[] = await database.read((tables) =>
      notedPagesAfter(tables, of, after, notesAtATime),
    );
    yield* pages;
    after = pages.length < notesAtATime ? undefined : pages.at(-1);
  } while (after !== undefined);
}
