/**
 * Sends one request with got, within its permit's time or not at all. A call counts from when its bytes go out: where
 * opening a connection (TLS included) takes longer than a permit holds, nothing is sent, and the connection is kept open
 * for the next request. For that, got's agents are wrapped: got asks its agent for a connection, and the agent looks at
 * the permit's deadline when the connection is open.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import got, { type Got } from 'got';
import type { Agents } from './agents.ts';
import type { IncomingBody } from './incoming-bodies.ts';
import type { Reply } from './reply.ts';

/** A page is read whole, so it must fit into memory beside the others. */
export const bodyAtMost = 32 * 1024 * 1024;
/** Of a failure only the beginning is ever shown. */
const failureBodyAtMost = 64 * 1024;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request and what came of it. */
export interface Exchange {
  /** Null where no response came. */
  readonly status: number | null;
  /** Bytes of the body received, decompressed. */
  readonly bytes: number;
  readonly milliseconds: number;
  readonly end:
    | { readonly kind: 'reply'; readonly reply: Reply }
    | { readonly kind: 'oversized' }
    /** Nothing was sent: no connection was open in time. */
    | { readonly kind: 'late' }
    | { readonly kind: 'broken'; readonly error: unknown };
}

/** By when a request must be handed to a socket. */
interface SendDeadline {
  /** On the clock of `performance.now`; later the request is not sent. */
  readonly until: number;
  /**
   * Is called when the request is handed to a socket that is open; before that, when it is handed to the agent, which
   * may keep such a socket. The last time counts.
   */
  onSent(): void;
}

/** When a request may be sent, and how its body is received. */
export interface Sending extends SendDeadline {
  /** Left out: as fast as it comes. */
  readonly body?: IncomingBody;
}

export type SendRequest = (request: HttpRequest, signal: AbortSignal, deadline: Sending) => Promise<Exchange>;

/** Sends over sockets of its own. */
export interface Sender {
  readonly send: SendRequest;
  /** Closes the sockets that are kept open, once no request is under way on them. */
  close(): void;
}

/**
 * Sends requests over connections that are kept open. No request is repeated and no redirect is followed: each request is
 * a call on the budget, and carries the credentials.
 */
export function createSender(timeoutMs: number, opened: Agents): Sender {
  const agents = { http: withSendDeadlines(opened.http), https: withSendDeadlines(opened.https) };
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
    async send(request, signal, deadline) {
      underWay += 1;
      try {
        return await exchange(client, request, signal, deadline);
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
  { url, ...request }: HttpRequest,
  signal: AbortSignal,
  deadline: Sending,
): Promise<Exchange> {
  let sentAt = performance.now();
  // Grows in place, in memory that goes back to the system at once; pieces that are joined would be held twice.
  const body = new ArrayBuffer(0, { maxByteLength: bodyAtMost });
  let bytes = 0;
  const onSent = () => {
    sentAt = performance.now();
    deadline.onSent();
  };
  const stream = deadlines.run({ until: deadline.until, onSent }, () =>
    client.stream(url, { ...request, signal }),
  );
  // The loop below is told of failures; one that comes after it has been left must not end the process.
  const failed = new Promise<void>((resolve) => {
    stream.on('error', () => resolve());
  });

  const finish = (end: Exchange['end']): Exchange => ({
    status: stream.response?.statusCode ?? null,
    bytes,
    milliseconds: Math.round(performance.now() - sentAt),
    end,
  });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      const { statusCode = 0 } = stream.response ?? {};
      const succeeded = statusCode >= 200 && statusCode < 300;
      bytes += chunk.length;
      if (succeeded && bytes > bodyAtMost) return finish({ kind: 'oversized' });
      body.resize(bytes);
      new Uint8Array(body).set(chunk, bytes - chunk.length);
      if (!succeeded && bytes > failureBodyAtMost) break;
      await Promise.race([deadline.body?.add(chunk.length), failed]);
    }
    deadline.body?.end();
    const { response } = stream;
    if (response === undefined) throw new Error('the connection was closed before an answer came');
    const reply = { status: response.statusCode, headers: response.headers, body: Buffer.from(body) };
    return finish({ kind: 'reply', reply });
  } catch (error) {
    return finish(isSentLate(error) ? { kind: 'late' } : { kind: 'broken', error });
  }
}

const lateCode = 'ERR_SENT_LATE';

/** The request was not sent: no connection was open in time. The one that was opened for it is kept. */
class SentLateError extends Error {
  readonly code = lateCode;
}

/** got wraps what an agent fails with, and keeps its code. */
const isSentLate = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === lateCode;

/** The deadline of the request that an agent is asked to open a connection for. */
const deadlines = new AsyncLocalStorage<SendDeadline>();

/** Node's types leave out what every agent has. */
interface AgentInternals {
  createConnection(
    options: object,
    opened: (error: Error | null, socket?: Socket) => void,
  ): Socket | undefined;
  addRequest(request: unknown, ...rest: unknown[]): void;
}

/** The agent, which gives a request a connection only when that is open, TLS included, and only within the request's deadline. */
function withSendDeadlines<A extends Agent>(agent: A): A {
  const internals = agent as unknown as AgentInternals;
  const createConnection = internals.createConnection.bind(agent);
  const addRequest = internals.addRequest.bind(agent);
  const kept = new Map<string, Socket[]>();

  const keep = (name: string, socket: Socket) => {
    const sockets = kept.get(name) ?? [];
    kept.set(name, [...sockets, socket]);
    const onClose = () => take(name, socket);
    // A socket that breaks while no request uses it fails no request.
    socket.on('error', () => {});
    socket.once('close', onClose).unref();
  };
  const take = (name: string, socket = kept.get(name)?.at(-1)): Socket | undefined => {
    const sockets = kept.get(name) ?? [];
    kept.set(
      name,
      sockets.filter((each) => each !== socket),
    );
    return socket?.destroyed === false ? socket.ref() : undefined;
  };

  const destroy = agent.destroy.bind(agent);
  agent.destroy = () => {
    for (const socket of [...kept.values()].flat()) socket.destroy();
    return destroy();
  };
  internals.addRequest = (request, ...rest) => {
    deadlines.getStore()?.onSent();
    addRequest(request, ...rest);
  };
  internals.createConnection = (options, opened) => {
    const name = agent.getName(options);
    const deadline = deadlines.getStore();
    const give = (socket: Socket) => {
      if (deadline && performance.now() > deadline.until) {
        keep(name, socket);
        opened(new SentLateError());
      } else {
        deadline?.onSent();
        opened(null, socket);
      }
    };
    const ready = take(name);
    // It is open already: the permit was checked just now.
    if (ready) {
      deadline?.onSent();
      opened(null, ready);
      return undefined;
    }
    let isCreated = false;
    const onCreated = (error: Error | null, socket?: Socket) => {
      if (isCreated) return;
      isCreated = true;
      if (error || !socket) opened(error ?? new Error('no connection was opened'));
      else whenOpen(socket, (failure) => (failure ? opened(failure) : give(socket)));
    };
    const created = createConnection(options, onCreated);
    if (created) onCreated(null, created);
    return undefined;
  };
  return agent;
}

function whenOpen(socket: Socket, then: (failure: Error | null) => void): void {
  const isSecuring =
    socket instanceof TLSSocket && (socket as { secureConnecting?: boolean }).secureConnecting;
  if (!socket.connecting && !isSecuring) {
    then(null);
    return;
  }
  const event = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
  const end = (failure: Error | null) => {
    socket.off(event, onOpen).off('error', end).off('close', onClose);
    then(failure);
  };
  const onOpen = () => end(null);
  const onClose = () => end(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
  socket.once(event, onOpen).once('error', end).once('close', onClose);
}
