import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** An answer before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Rows in the body. */
  readonly rows: number;
}

export function textReply(status: number, text: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text, rows: 0 };
}

export function jsonReply(status: number, value: unknown, rows = 0): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
    rows,
  };
}

export function htmlReply(status: number): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html>\n<html><head><title>Request unsuccessful</title></head><body>Incident 1-2-3</body></html>',
    rows: 0,
  };
}

/** The words of Optimove's documentation on rate limits. It does not mention Retry-After, so none is sent by default. */
export function throttledReply(): Reply {
  return jsonReply(429, {
    status: 429,
    error: 'Too Many Requests',
    message: 'You have exceeded the rate limit for this API group. Please retry later.',
  });
}

export function withRetryAfter(reply: Reply, retryAfter: number | string | undefined): Reply {
  if (retryAfter === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfter) } };
}

/** The ways to answer without rows: `[]`, an empty body, `null`, 404 or 204. */
export const emptyWays = ['array', 'body', 'null', '404', '204'] as const;
export type EmptyAs = (typeof emptyWays)[number];

/** It is not certain which of them the API uses, so each that was seen can be chosen. */
export function emptyReply(emptyAs: EmptyAs): Reply {
  switch (emptyAs) {
    case 'array':
      return jsonReply(200, []);
    case 'body':
      return textReply(200, '');
    case 'null':
      return jsonReply(200, null);
    case '404':
      return textReply(404, 'Not Found');
    case '204':
      return { status: 204, headers: {}, body: '', rows: 0 };
  }
}

export interface Delivery {
  /** The connection is closed after this share of the body. */
  readonly cutAt?: number | undefined;
  /** The body is sent in pieces over this time. */
  readonly dribbleMs?: number;
}

const pieces = 10;

/** Sends a reply. Rejects with an AbortError if the caller disconnects while the pieces are sent. */
export async function sendReply(
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

const mostBytes = 64 * 1024;

/** Reads the body of a request as text. A body that is too long is cut, and is then no longer JSON. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
