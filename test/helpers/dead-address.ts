import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withFolder } from './folder.ts';

const program = `
import { createServer } from 'node:net';

const server = createServer();
server.listen({ host: '127.0.0.2', port: Number(process.argv[2]), backlog: 1 }, () =>
  process.send('there', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)),
);
`;

/**
 * Makes the name `several` stand for two addresses in processes that are started with `env`: at the first of them nobody
 * ever answers on these ports, the second is this machine.
 */
export const withDeadAddress = <T>(
  ports: readonly number[],
  use: (env: { readonly NODE_OPTIONS: string }) => Promise<T>,
): Promise<T> =>
  withFolder(async (folder) => {
    const sockets: Socket[] = [];
    const children: ChildProcess[] = [];
    try {
      await writeFile(join(folder, 'dead.mjs'), program);
      for (const port of ports) {
        const child = fork(join(folder, 'dead.mjs'), [String(port)], { execArgv: [] });
        children.push(child);
        await once(child, 'message');
        // Its process hangs: once these wait to be accepted, the system answers nobody else.
        for (let waiting = 0; waiting < 2; waiting += 1) {
          const socket = connect(port, '127.0.0.2').on('error', () => {});
          sockets.push(socket);
          await once(socket, 'connect');
        }
      }
      await writeFile(join(folder, 'names.mjs'), names);
      return await use({ NODE_OPTIONS: `--import=${pathToFileURL(join(folder, 'names.mjs'))}` });
    } finally {
      for (const socket of sockets) socket.destroy();
      for (const child of children) child.kill('SIGKILL');
    }
  });

/** The one name that no file or server of names has to know. */
const names = `
import { createRequire } from 'node:module';

const dns = createRequire(import.meta.url)('node:dns');
const { lookup } = dns;
const addresses = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
dns.lookup = (name, options, done = options) =>
  name === 'several' && options.all ? process.nextTick(done, null, addresses) : lookup(name, options, done);
`;
