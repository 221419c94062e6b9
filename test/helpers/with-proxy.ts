import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

const inCertificates = (name: string) => fileURLToPath(new URL(`certificates/${name}`, import.meta.url));
/** The authority that has signed the certificate of `withTls`: no system knows it. */
export const privateAuthority = inCertificates('ca.pem');
/** For `api.river.test`, `hooks.river.test` and this machine. */
export const certificate = { cert: inCertificates('server.pem'), key: inCertificates('server.key') };

export interface ConnectProxy {
  readonly port: number;
  /** Hosts and ports that it was asked for, in the order they came. */
  readonly asked: readonly string[];
  /** What it answers to a CONNECT: 200 opens the way. Default 200. */
  answer(status: number): void;
}

/** A company's proxy: lets through who has the credentials, and leads each host to a port of this machine. */
export async function withConnectProxy<T>(
  { user, password, ports }: { user: string; password: string; ports: Readonly<Record<string, number>> },
  use: (proxy: ConnectProxy) => Promise<T>,
): Promise<T> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let status = 200;
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, socket: Socket) => {
    const host = request.url ?? '';
    asked.push(host);
    socket.on('error', () => socket.destroy());
    const answered = request.headers['proxy-authorization'] === expected ? status : 407;
    const port = ports[host];
    if (answered !== 200 || port === undefined) {
      socket.end(`HTTP/1.1 ${answered === 200 ? 502 : answered} Sorry\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const outer = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(outer).pipe(socket);
    });
    sockets.add(outer);
    outer.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use({
      port: (server.address() as AddressInfo).port,
      asked,
      answer: (next) => {
        status = next;
      },
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

/** TLS before a port of this machine. */
export async function withTls<T>(port: number, use: (tlsPort: number) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  const server = createTlsServer(
    { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) },
    (inner) => {
      const outer = connect(port, '127.0.0.1');
      for (const socket of [inner, outer]) {
        sockets.add(socket);
        socket.on('error', () => {}).on('close', () => (socket === inner ? outer : inner).destroy());
      }
      inner.pipe(outer).pipe(inner);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}
