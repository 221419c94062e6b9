import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { ConfigurationError, TemporalUnavailableError } from '#domain/errors';
import { riverSearchAttributes } from '#domain/run/temporal-names';
import { refuseTakenPorts } from '#workers/services/free-port';
import { startTemporalServer } from '#workers/services/temporal-server';
import { withFolder } from '../../helpers/folder.ts';

const isPortFree = (port: number) =>
  refuseTakenPorts([{ port, user: 'a test', flag: '--port' }]).then(
    () => true,
    () => false,
  );

const cli = process.env.TEMPORAL_CLI;

async function searchAttributesAt(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    const listed = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return Object.keys(listed.customAttributes ?? {});
  } finally {
    await connection.close();
  }
}

test('a started server answers, shows its Web UI and knows the search attributes; a stopped one is gone', async () => {
  const server = await startTemporalServer({ ui: true, cli });
  const port = Number(server.address.split(':')[1]);
  try {
    expect(await searchAttributesAt(server.address)).toEqual(
      expect.arrayContaining(Object.keys(riverSearchAttributes)),
    );
    expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
  } finally {
    await server.stop();
  }
  expect(await isPortFree(port)).toBe(true);
});

test('a server that goes on from its file knows workflows of before and search attributes added since', () =>
  withFolder(async (folder) => {
    const dbFilename = `${folder}/deeper/temporal.db`;
    const first = await startTemporalServer({ ui: false, cli, dbFilename, searchAttributes: {} });
    try {
      const connection = await Connection.connect({ address: first.address });
      await new Client({ connection }).workflow.start('any', { taskQueue: 'nobody', workflowId: 'kept' });
      await connection.close();
    } finally {
      await first.stop();
    }
    const second = await startTemporalServer({ ui: false, cli, dbFilename });
    try {
      const connection = await Connection.connect({ address: second.address });
      const kept = await new Client({ connection }).workflow.getHandle('kept').describe();
      await connection.close();
      expect(kept.status.name).toBe('RUNNING');
      expect(await searchAttributesAt(second.address)).toContain('RiverFailedChunks');
    } finally {
      await second.stop();
    }
  }));

test('two servers started at once do not meet', async () => {
  const servers = await Promise.all([
    startTemporalServer({ ui: true, cli }),
    startTemporalServer({ ui: true, cli }),
  ]);
  await Promise.all(servers.map((server) => server.stop()));
  expect(new Set(servers.flatMap((server) => [server.address, server.uiUrl])).size).toBe(4);
});

test('a taken port is refused with its number and the flag that changes it', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const address = squatter.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  try {
    const started = startTemporalServer({ ui: true, cli, uiPort: port });
    await expect(started).rejects.toThrow(ConfigurationError);
    await expect(started).rejects.toThrow(
      new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is already in use.*--ui-port`),
    );
  } finally {
    squatter.close();
  }
});

test('a server that ends at once says what it said', () =>
  withFolder(async (folder) => {
    const started = startTemporalServer({ ui: false, cli, dbFilename: folder });
    await expect(started).rejects.toThrow(TemporalUnavailableError);
    await expect(started).rejects.toThrow(/did not start: .*unable to open database file/);
  }));

test('the server ends with the process that started it, also when that one is killed outright', async () => {
  const module = fileURLToPath(new URL('../../../src/workers/services/temporal-server.ts', import.meta.url));
  const program = `
    const { startTemporalServer } = await import(${JSON.stringify(module)});
    const server = await startTemporalServer({ ui: false, cli: ${JSON.stringify(cli)} });
    console.log(server.address);`;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  const [line] = (await once(starter.stdout, 'data')) as [Buffer];
  const port = Number(line.toString().trim().split(':')[1]);
  expect(await isPortFree(port)).toBe(false);
  starter.kill('SIGKILL');
  await expect.poll(() => isPortFree(port), { timeout: 150_000 }).toBe(true);
});
