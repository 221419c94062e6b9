import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to another port that can be cut and mended. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every connection and refuses new ones. */
  cut(): void;
  /** Takes whatever comes, lets nothing through any more and answers nothing, as a firewall does that drops packets. */
  swallow(): void;
  mend(): void;
}

export async function withTcpProxy<T>(
  target: { host: string; port: number },
  use: (proxy: TcpProxy) => Promise<T>,
): Promise<T> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let swallows = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server: Server = createServer((inner) => {
    keep(inner);
    if (isCut) {
      inner.resetAndDestroy();
      return;
    }
    if (swallows) {
      inner.resume();
      return;
    }
    const outer = connect(target.port, target.host);
    keep(outer);
    inner.on('data', (bytes) => swallows || outer.write(bytes));
    outer.on('data', (bytes) => swallows || inner.write(bytes));
    inner.on('end', () => outer.end());
    outer.on('end', () => inner.end());
    inner.on('close', () => outer.destroy());
    outer.on('close', () => inner.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    isCut = true;
    // One that is just being shut down cannot be reset: its handle would be left open for good.
    for (const socket of sockets) {
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  };
  try {
    return await use({
      port: (server.address() as AddressInfo).port,
      cut,
      swallow: () => {
        swallows = true;
      },
      mend: () => {
        isCut = false;
        swallows = false;
      },
    });
  } finally {
    cut();
    server.close();
    await once(server, 'close');
  }
}
