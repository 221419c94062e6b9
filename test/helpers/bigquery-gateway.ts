import { type Gateway, openGatewayTo, type RawAnswer, type RawRequest, type SeenRequest } from './gateway.ts';

/** A request to BigQuery. */
export interface BigQueryRequest extends SeenRequest {
  /** The statement or script that it starts; undefined for all others. */
  readonly query: string | undefined;
}

/** The emulator forgets in a table's metadata what `alter table` does: here it is told. */
export const openGateway = (emulator: string): Promise<Gateway<BigQueryRequest>> =>
  openGatewayTo(readRequest, (request, seen) => forward(emulator, request, seen));

const readRequest = ({ method, url, body }: RawRequest): BigQueryRequest => ({
  method,
  path: url.split('?', 1)[0] ?? url,
  query: readQuery(url, body.toString()),
  body,
});

async function forward(
  emulator: string,
  { method, url, headers, body }: RawRequest,
  seen: BigQueryRequest,
): Promise<RawAnswer> {
  const json = 'application/json';
  const [, asked] = /^(.+):testIamPermissions$/.exec(seen.path) ?? [];
  if (asked !== undefined) {
    const table = await fetch(`${emulator}${asked}`);
    const answered = table.ok
      ? JSON.stringify({ permissions: readPermissions(body.toString()) })
      : await table.text();
    return { status: table.status, contentType: json, body: answered };
  }
  const { 'content-type': contentType, 'content-range': contentRange } = headers;
  const answer = await ask(`${emulator}${url}`, {
    method,
    headers: {
      authorization: 'Bearer none',
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(contentRange !== undefined && { 'content-range': contentRange }),
    },
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
  const answered = await answer.text();
  const [, altered] = /^\s*alter\s+table\s+(\S+)/i.exec(seen.query ?? '') ?? [];
  if (altered !== undefined) await refresh(emulator, url, altered.replaceAll('`', ''));
  const location = answer.headers.get('location')?.replace(emulator, `http://${headers.host}`);
  const range = answer.headers.get('range');
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? json,
    body: answered,
    upload: { ...(location !== undefined && { location }), ...(range !== null && { range }) },
  };
}

/** After a failure of its own the emulator closes its connection: the next request on it never reaches it. */
const ask = (url: string, init: RequestInit): Promise<Response> =>
  fetch(url, init).catch((error: { cause?: { code?: string } }) => {
    if (error.cause?.code !== 'ECONNRESET' && error.cause?.code !== 'UND_ERR_SOCKET') throw error;
    return fetch(url, init);
  });

interface QueryBody {
  readonly configuration?: { readonly query?: { readonly query?: string } };
  readonly query?: string;
}

/** By a job of its own, or by the short way, whose answer has the rows. */
function readQuery(url: string, body: string): string | undefined {
  if (!/\/(?:jobs|queries)(?:\?|$)/.test(url) || url.startsWith('/upload')) return undefined;
  try {
    const { configuration, query } = JSON.parse(body) as QueryBody;
    return configuration?.query?.query ?? query;
  } catch {
    return undefined;
  }
}

/** The emulator knows no rights: every account has those that it asks for. */
const readPermissions = (body: string): unknown =>
  (JSON.parse(body) as { permissions?: unknown }).permissions;

interface Field {
  readonly name: string;
}

/** Gives a table's metadata the columns that a query of it has. */
async function refresh(emulator: string, url: string, altered: string): Promise<void> {
  const [, project] = /\/projects\/([^/]+)/.exec(url) ?? [];
  const [table = '', dataset = ''] = altered.split('.').reverse();
  const api = `${emulator}/bigquery/v2/projects/${project}`;
  const of = `${api}/datasets/${dataset}/tables/${encodeURIComponent(table)}`;
  const before = (await (await fetch(of)).json()) as { schema?: { fields?: Field[] } };
  const known = new Map((before.schema?.fields ?? []).map((field) => [field.name, field]));
  const asked = await fetch(`${api}/queries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `select * from \`${dataset}\`.\`${table}\` limit 0`, useLegacySql: false }),
  });
  const { schema } = (await asked.json()) as { schema?: { fields: Field[] } };
  if (!schema) return;
  const fields = schema.fields.map((field) => known.get(field.name) ?? field);
  await fetch(of, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema: { fields } }),
  });
}
