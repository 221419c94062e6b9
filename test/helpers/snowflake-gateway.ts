import { request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Gateway, openGatewayTo, type RawAnswer, type RawRequest, type SeenRequest } from './gateway.ts';

/** A request to Snowflake. */
export interface SnowflakeRequest extends SeenRequest {
  /** The statement or script that it sends; undefined for all others. */
  readonly sql: string | undefined;
}

/** As Snowflake does, a request that is sent again gets the answer that was given before, and nothing is done twice. */
export async function openGateway(emulator: string): Promise<Gateway<SnowflakeRequest>> {
  const given = new Map<string, Promise<RawAnswer>>();
  return openGatewayTo(readRequest, async (request) => {
    const id = new URL(request.url, emulator).searchParams.get('requestId');
    if (id === null || !request.url.startsWith('/queries/v1/query-request'))
      return forward(emulator, request);
    const before = given.get(id) ?? forward(emulator, request);
    given.set(id, before);
    return before;
  });
}

function readRequest({ method, url, headers, body }: RawRequest): SnowflakeRequest {
  const [path = url] = url.split('?', 1);
  return { method, path, sql: readSql(path, headers['content-encoding'], body), body };
}

function readSql(path: string, encoding: string | undefined, body: Buffer): string | undefined {
  if (path !== '/queries/v1/query-request') return undefined;
  const text = encoding === 'gzip' ? gunzipSync(body) : body;
  return (JSON.parse(text.toString()) as { sqlText?: string }).sqlText;
}

/** With its headers, so that what is put into a stage comes this way as well. */
function forward(emulator: string, { method, url, headers, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = send(`${emulator}${url}`, { method, headers }, (answer) => {
      buffer(answer).then((answered) => {
        resolve({
          status: answer.statusCode ?? 500,
          contentType: answer.headers['content-type'] ?? 'application/json',
          body: answered,
        });
      }, reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
