import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The port it came from: two requests with the same one shared a connection. */
  readonly port: number;
  /** On the monotonic clock, in milliseconds. */
  readonly at: number;
}

export type Handler = (request: SeenRequest, response: ServerResponse, seen: readonly SeenRequest[]) => void;

/** A real HTTP server on a loopback port for `use`, closed after it. `seen` holds its requests in the order they came. */
export async function withServer<T>(
  handler: Handler,
  use: (url: string, seen: readonly SeenRequest[]) => Promise<T>,
): Promise<T> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const arrived = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body,
        port: request.socket.remotePort ?? 0,
        at: performance.now(),
      };
      seen.push(arrived);
      handler(arrived, response, seen);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen);
  } finally {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

/** A handler that always answers the same. */
export function answering(
  status: number,
  body: string | Uint8Array = '',
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Handler {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}
