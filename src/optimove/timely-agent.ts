import { AsyncLocalStorage } from 'node:async_hooks';
import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A request on its way to a socket. */
export interface Sending {
  /** It must be handed to the socket by then, on the clock of `performance.now`. */
  readonly until: number;
  /** It is. */
  onGone(): void;
}

const codeOfLate = 'ERR_SENT_LATE';

/** The request was not sent: no connection was there in time. The one that was opened for it is kept. */
class SentLateError extends Error {
  readonly code = codeOfLate;
}

export const isSentLate = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === codeOfLate;

const sendings = new AsyncLocalStorage<Sending>();

/** Does `work`, whose request to a timely agent is sent in time or not at all. */
export const sendInTime = <T>(sending: Sending, work: () => T): T => sendings.run(sending, work);

/** Node's types leave out what every agent has. */
interface Opens {
  createConnection(
    options: object,
    opened: (error: Error | null, socket?: Socket) => void,
  ): Socket | undefined;
  addRequest(request: unknown, ...rest: unknown[]): void;
}

/**
 * The agent, which gives a request a connection that is open, TLS included, and only while it is time for it. A call counts from
 * when its bytes go out; where opening a connection takes longer than a permit holds, the next request finds it open.
 */
export function timely<A extends Agent>(agent: A): A {
  const opens = agent as unknown as Opens;
  const open = opens.createConnection.bind(agent);
  const add = opens.addRequest.bind(agent);
  const kept = new Map<string, Socket[]>();

  const keep = (name: string, socket: Socket) => {
    const sockets = kept.get(name) ?? [];
    kept.set(name, [...sockets, socket]);
    const gone = () => take(name, socket);
    // What breaks while nobody uses it concerns nobody.
    socket.on('error', () => {});
    socket.once('close', gone).unref();
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
  opens.addRequest = (request, ...rest) => {
    sendings.getStore()?.onGone();
    add(request, ...rest);
  };
  opens.createConnection = (options, opened) => {
    const name = agent.getName(options);
    const sending = sendings.getStore();
    const give = (socket: Socket) => {
      if (sending && isLate(sending)) {
        keep(name, socket);
        opened(new SentLateError());
      } else {
        sending?.onGone();
        opened(null, socket);
      }
    };
    const ready = take(name);
    // One that is open has nothing to wait for: the permit was looked at just now.
    if (ready) {
      sending?.onGone();
      opened(null, ready);
      return undefined;
    }
    let isTold = false;
    const told = (error: Error | null, socket?: Socket) => {
      if (isTold) return;
      isTold = true;
      if (error || !socket) opened(error ?? new Error('no connection came'));
      else whenOpen(socket, (failure) => (failure ? opened(failure) : give(socket)));
    };
    const made = open(options, told);
    if (made) told(null, made);
    return undefined;
  };
  return agent;
}

const isLate = ({ until }: Sending): boolean => performance.now() > until;

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
