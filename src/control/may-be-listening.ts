import { connect } from 'node:net';

/** `127.0.0.1:7233`, `localhost:7233`, `[::1]:7233`. */
const here = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):(\d+)$/;

/**
 * Whether somebody listens at an address of this machine: gRPC tries a refused connection again until its time is up,
 * and a person who has only forgotten to start Temporal should not wait for that. True for any other address, which a
 * proxy may lead to.
 */
export async function mayBeListening(address: string): Promise<boolean> {
  const [, host, port] = here.exec(address) ?? [];
  if (host === undefined || Number(port) > 65_535) return true;
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/[[\]]/g, ''), port: Number(port) });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
