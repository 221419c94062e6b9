import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Reply } from './reply.ts';

export interface Delivery {
  /** The share of the body after which the connection breaks. */
  readonly cutAt?: number | undefined;
  /** The body goes out in pieces over that long. */
  readonly dribbleMs?: number;
}

const pieces = 10;

/** Hands a reply to the socket. Rejects with an AbortError where the caller goes away while it dribbles. */
export async function deliver(
  response: ServerResponse,
  reply: Reply,
  { cutAt, dribbleMs = 0 }: Delivery,
  signal: AbortSignal,
): Promise<void> {
  const body = Buffer.from(reply.body);
  const length = reply.status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
  if (cutAt !== undefined) {
    response.flushHeaders();
    response.write(body.subarray(0, Math.floor(body.length * cutAt)), () => response.destroy());
    return;
  }
  if (dribbleMs > 0) {
    for (let piece = 0; piece < pieces; piece++) {
      const [from, to] = [piece, piece + 1].map((at) => Math.floor((body.length * at) / pieces));
      response.write(body.subarray(from, to));
      await wait(dribbleMs / pieces, undefined, { signal });
    }
  }
  response.end(dribbleMs > 0 ? undefined : body);
}
