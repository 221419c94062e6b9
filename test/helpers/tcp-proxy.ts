import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to another port that can be cut and mended. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every connection and refuses new ones. */
  cut(): void;
  mend(): void;
}

export async function withTcpProxy<T>(
  target: { host: string; port: number },
  use: (proxy: TcpProxy) => Promise<T>,
): Promise<T> {
  const sockets = new Set<Socket>();
  let isCut = false;
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
    const outer = connect(target.port, target.host);
    keep(outer);
    inner.pipe(outer).pipe(inner);
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
      mend: () => {
        isCut = false;
      },
    });
  } finally {
    cut();
    server.close();
    await once(server, 'close');
  }
}
