import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request to an emulated warehouse, as its driver sent it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  /** Where an upload in parts goes on, and what has come of it. */
  readonly upload?: Readonly<Record<string, string>>;
}

/** What becomes of a request: it is answered here, or the warehouse does it and its answer is lost. */
export type Fate = { readonly status: number; readonly body: unknown } | 'answer lost' | undefined;

/** A way to an emulated warehouse that sees each request. */
export interface Gateway<R extends SeenRequest> {
  readonly url: string;
  /** Since it was last emptied. */
  readonly seen: R[];
  /** Asked of each request. */
  decide: (request: R) => Fate | Promise<Fate>;
  close(): Promise<void>;
}

/** `read` says what a request is, `forward` has it done. */
export async function openGatewayTo<R extends SeenRequest>(
  read: (request: RawRequest) => R,
  forward: (request: RawRequest, seen: R) => Promise<RawAnswer>,
): Promise<Gateway<R>> {
  const server = createServer(async (request, response) => {
    try {
      const { method = 'GET', url = '/', headers } = request;
      const raw = { method, url, headers, body: await buffer(request) };
      const seen = read(raw);
      gateway.seen.push(seen);
      const fate = await gateway.decide(seen);
      const { status, contentType, body, upload }: RawAnswer =
        fate === undefined || fate === 'answer lost'
          ? await forward(raw, seen)
          : { status: fate.status, contentType: 'application/json', body: JSON.stringify(fate.body) };
      if (fate === 'answer lost') response.destroy();
      else response.writeHead(status, { 'content-type': contentType, ...upload }).end(body);
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway: Gateway<R> = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    decide: () => undefined,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gateway;
}
