import got, { type Got } from 'got';
import type { Agents } from './agents.ts';
import type { Reply } from './reply.ts';
import { isSentLate, type Sending, sendInTime, timely } from './timely-agent.ts';

/** A page is read whole, so it must fit into memory beside the others. */
export const bodyAtMost = 32 * 1024 * 1024;
/** Of a failure only the beginning is ever shown. */
const failureBodyAtMost = 64 * 1024;

export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request and what came of it. */
export interface Exchange {
  /** Null where none came. */
  readonly status: number | null;
  /** Bytes of the body received, unpacked. */
  readonly bytes: number;
  readonly milliseconds: number;
  readonly end:
    | { readonly kind: 'reply'; readonly reply: Reply }
    | { readonly kind: 'oversized' }
    /** Nothing was sent: there was no connection in time. */
    | { readonly kind: 'late' }
    | { readonly kind: 'broken'; readonly error: unknown };
}

/** `sending` hears when its bytes can go out; where that is later than it allows, nothing is sent. */
export type SendRequest = (outgoing: Outgoing, signal: AbortSignal, sending: Sending) => Promise<Exchange>;

/** Sends over sockets of its own. */
export interface Sender {
  readonly send: SendRequest;
  /** Closes the sockets that are kept open, once nothing is under way on them. */
  close(): void;
}

/**
 * Sends requests over connections that are kept open. Nothing is repeated and no redirect is followed: each request is
 * a call on the budget, and carries the credentials.
 */
export function createSender(timeoutMs: number, opened: Agents): Sender {
  const agents = { http: timely(opened.http), https: timely(opened.https) };
  const client = got.extend({
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: true,
    timeout: { request: timeoutMs },
    agent: agents,
    headers: { accept: 'application/json', 'user-agent': 'river' },
  });
  let underWay = 0;
  let isClosed = false;
  const closeIfIdle = () => {
    if (!isClosed || underWay > 0) return;
    agents.http.destroy();
    agents.https.destroy();
  };
  return {
    async send(outgoing, signal, sending) {
      underWay += 1;
      try {
        return await exchange(client, outgoing, signal, sending);
      } finally {
        underWay -= 1;
        closeIfIdle();
      }
    },
    close() {
      isClosed = true;
      closeIfIdle();
    },
  };
}

async function exchange(
  client: Got,
  outgoing: Outgoing,
  signal: AbortSignal,
  sending: Sending,
): Promise<Exchange> {
  let goneAt = performance.now();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const { url, ...options } = outgoing;
  const onGone = () => {
    goneAt = performance.now();
    sending.onGone();
  };
  const stream = sendInTime({ ...sending, onGone }, () => client.stream(url, { ...options, signal }));
  // The loop below hears of failures; one that comes after it has been left must not end the process.
  stream.on('error', () => {});

  const finish = (end: Exchange['end']): Exchange => ({
    status: stream.response?.statusCode ?? null,
    bytes,
    milliseconds: Math.round(performance.now() - goneAt),
    end,
  });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      bytes += chunk.length;
      const { statusCode = 0 } = stream.response ?? {};
      const succeeded = statusCode >= 200 && statusCode < 300;
      if (succeeded && bytes > bodyAtMost) return finish({ kind: 'oversized' });
      if (!succeeded && bytes > failureBodyAtMost) break;
    }
    const { response } = stream;
    if (response === undefined) throw new Error('the answer ended before it began');
    const reply = { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
    return finish({ kind: 'reply', reply });
  } catch (error) {
    return finish(isSentLate(error) ? { kind: 'late' } : { kind: 'broken', error });
  }
}
