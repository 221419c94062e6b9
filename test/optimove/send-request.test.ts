import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { OptimoveUnavailableError, ReportRefusedError } from '#domain/errors';
import { bodyAtMost } from '#optimove/send-request';
import { aCall, aClient, aConnection, failureOf } from '../helpers/an-optimove.ts';
import { answering, type Handler, withServer } from '../helpers/with-server.ts';

const json = { 'content-type': 'application/json' };
const body = '[{"CustomerID":"Ünïcødé 漢字 😀"}]';

describe('a packed answer is unpacked', () => {
  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('%s', (encoding, pack) =>
    withServer(answering(200, pack(body), { ...json, 'content-encoding': encoding }), async (url, seen) => {
      const client = aClient(aConnection(url));
      expect((await client.ask()).rows).toStrictEqual(JSON.parse(body));
      expect(client.records).toMatchObject([{ bytes: Buffer.byteLength(body) }]);
      expect(seen[0]?.headers['accept-encoding']).toContain(encoding);
    }),
  );
});

test('a character cut in two by the way arrives whole', () =>
  withServer(
    (_request, response) => {
      const bytes = Buffer.from(body);
      const half = bytes.indexOf('漢') + 1;
      response.write(bytes.subarray(0, half), () => response.end(bytes.subarray(half)));
    },
    async (url) => {
      expect((await aClient(aConnection(url)).ask()).rows).toStrictEqual(JSON.parse(body));
    },
  ));

describe('an answer that does not come whole will pass', () => {
  const packed = gzipSync(JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, half: id / 2 }))));
  test.each<[string, number | null, Handler]>([
    ['a reset before the status', null, (_request, response) => response.socket?.resetAndDestroy()],
    ['a connection closed before the status', null, (_request, response) => response.destroy()],
    [
      'a body shorter than it said',
      200,
      (_request, response) =>
        response.writeHead(200, { 'content-length': '100' }).write('[]', () => response.destroy()),
    ],
    [
      'a reset amid the chunks of a body',
      200,
      (_request, response) => response.writeHead(200).write('[]', () => response.socket?.resetAndDestroy()),
    ],
    [
      'a packed body that ends too early',
      200,
      (_request, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed.subarray(0, -40)),
    ],
    [
      'a packed body that is none',
      200,
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('[]'),
    ],
  ])('%s', (_name, status, handler) =>
    withServer(handler, async (url) => {
      const client = aClient(aConnection(url));
      const error = await failureOf(client.ask());
      expect(error).toBeInstanceOf(OptimoveUnavailableError);
      expect(error).toMatchObject({
        facts: { connection: 'main', status },
        cause: { code: expect.any(String) },
      });
      expect(client.records).toMatchObject([{ status, rows: 0 }]);
      expect(client.limiter.outcomes).toStrictEqual([{ kind: 'failed' }]);
    }),
  );

  test('a body without a length that is cut is no JSON', () =>
    withServer(
      (_request, response) => {
        response.shouldKeepAlive = false;
        response.useChunkedEncodingByDefault = false;
        response.writeHead(200).end('[{"a":1},{"a"');
      },
      async (url) => {
        expect(await failureOf(aClient(aConnection(url)).ask())).toBeInstanceOf(OptimoveUnavailableError);
      },
    ));

  test.each<[string, number | null, Handler]>([
    ['that does not begin', null, () => {}],
    ['that does not end', 200, (_request, response) => response.writeHead(200).write('[')],
  ])('an answer %s within callTimeout', (_name, status, handler) =>
    withServer(handler, async (url) => {
      const client = aClient(aConnection(url, { callTimeoutMs: 100 }));
      const error = await failureOf(client.ask());
      expect(error).toBeInstanceOf(OptimoveUnavailableError);
      expect(error).toMatchObject({
        message: expect.stringContaining('did not finish within 0.1 s'),
        facts: { status, code: 'ETIMEDOUT' },
      });
      expect(client.records).toMatchObject([{ status }]);
    }),
  );

  test('nobody there', async () => {
    const url = await withServer(answering(200), async (open) => open);
    const client = aClient(aConnection(url));
    const error = await failureOf(client.ask());
    expect(error).toBeInstanceOf(OptimoveUnavailableError);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /main, refused the connection \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)/,
      ),
      facts: { code: 'ECONNREFUSED', status: null },
    });
    expect(client.records).toMatchObject([{ status: null }]);
  });

  test('no such host', async () => {
    const error = await failureOf(aClient(aConnection('http://optimove.invalid')).ask());
    expect(error).toBeInstanceOf(OptimoveUnavailableError);
    expect((error as Error).message).toContain('was not found: the DNS lookup failed');
  });

  test('something that does not speak HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await failureOf(aClient(aConnection(url)).ask())).toBeInstanceOf(OptimoveUnavailableError);
    } finally {
      server.close();
    }
  });
});

describe('a page over 32 MB', () => {
  test.each([
    ['plain', json, (text: Buffer) => text],
    ['packed', { ...json, 'content-encoding': 'gzip' }, (text: Buffer) => gzipSync(text)],
  ])('is refused when it comes %s', (_name, headers, pack) =>
    withServer(answering(200, pack(listOfBytes(bodyAtMost + 1)), headers), async (url) => {
      const client = aClient(aConnection(url));
      const error = await failureOf(client.ask(aCall(), { top: 10_000, skip: 0 }));
      expect(error).toBeInstanceOf(ReportRefusedError);
      expect((error as Error).message).toContain('is over 32 MB: lower pageSize of connection main');
      expect(client.records).toMatchObject([{ status: 200, rows: 0 }]);
      expect(client.limiter.outcomes).toStrictEqual([{ kind: 'answered' }]);
    }),
  );

  test('that was not asked page by page is refused with what asks for less', () =>
    withServer(answering(200, listOfBytes(bodyAtMost + 1), json), async (url) => {
      const ask = async (call: Parameters<typeof aCall>[0]) =>
        (await failureOf(aClient(aConnection(url)).ask(aCall({ pages: false, ...call })))) as Error;
      expect((await ask({ key: 'GetPromoCodes?Date=2026-01-05' })).message).toMatch(
        /over 32 MB: set overrides: \{ pages: true \} on the river.*promo-codes-by-target-group/,
      );
      expect((await ask({ key: 'GetAllActions', kind: 'list' })).message).toMatch(
        /over 32 MB: Give ids in the filter actions/,
      );
    }));

  test('is not read to its end', () => {
    let sent = 0;
    const piece = Buffer.alloc(1024 * 1024, ' ');
    return withServer(
      (_request, response) => {
        response.writeHead(200);
        const more = () => {
          sent += piece.length;
          if (!response.destroyed) response.write(piece, more);
        };
        more();
      },
      async (url) => {
        expect(await failureOf(aClient(aConnection(url)).ask())).toBeInstanceOf(ReportRefusedError);
        expect(sent).toBeLessThan(2 * bodyAtMost);
      },
    );
  });

  test('begins one byte later', () =>
    withServer(answering(200, listOfBytes(bodyAtMost), json), async (url) => {
      expect((await aClient(aConnection(url)).ask()).rows).toStrictEqual([]);
    }));

  test('does not hide a failure that is as long', () =>
    withServer(answering(503, Buffer.alloc(bodyAtMost + 1, 'x'), {}), async (url) => {
      expect(await failureOf(aClient(aConnection(url)).ask())).toBeInstanceOf(OptimoveUnavailableError);
    }));
});

/** An empty list as long as this. */
function listOfBytes(bytes: number): Buffer {
  const text = Buffer.alloc(bytes, ' ');
  text.write('[', 0);
  text.write(']', bytes - 1);
  return text;
}
