import type { AnswerRow, Call } from '#domain/call/call';
import { fingerprintRows } from '#domain/call/fingerprint';
import { isRepeated, nextPage, type PageReceived, pageAsked } from '#domain/call/paging';
import { createSeenPages } from '#domain/call/seen-pages';
import { ConfigurationError, CredentialsRefusedError, RefusedError } from '#domain/errors';
import type { Connection } from '#domain/river/configuration';
import { askOnce, type Reserve } from './ask-once.ts';

/** The rows of a list from the command line: asked on, as a run asks it on, where the answer may be cut. */
export async function askList(
  connection: Connection,
  call: Call,
  reserve: Reserve | undefined,
): Promise<readonly AnswerRow[]> {
  const known = createSeenPages().known(call.endpoint);
  const all = [...(await askOnce(connection, call, reserve))];
  const first = fingerprintRows(all);
  let page: PageReceived = { call, asked: undefined, size: sizeOf(all), fingerprint: first };
  while (nextPage(page, known) === 'ask') {
    const asked = pageAsked(call, connection.pageSize, all.length);
    const rows = await askOnce(connection, call, reserve, asked).catch(noneWhereRefused);
    const earlier = { first, before: page.fingerprint };
    page = { call, asked, size: sizeOf(rows), fingerprint: fingerprintRows(rows), earlier };
    if (isRepeated(page)) break;
    for (const row of rows) all.push(row);
  }
  return all;
}

const sizeOf = (rows: readonly AnswerRow[]) => ({ rows: rows.length, bytes: 0 });

/** The list was answered: what comes after it may be refused. */
function noneWhereRefused(error: unknown): readonly AnswerRow[] {
  const isMissing = error instanceof ConfigurationError && error.facts.status === 404;
  if (isMissing || (error instanceof RefusedError && !(error instanceof CredentialsRefusedError))) return [];
  throw error;
}
