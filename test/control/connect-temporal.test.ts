import { expect, test } from 'vitest';
import { mayBeListening } from '#control/connect-temporal';
import { freePort } from '#workers/services/free-port';
import { answering, withServer } from '../helpers/with-server.ts';

test('an address of this machine is tried, under each of its names', () =>
  withServer(answering(200), async (url) => {
    const { port } = new URL(url);
    expect(await mayBeListening(`127.0.0.1:${port}`)).toBe(true);
    expect(await mayBeListening(`localhost:${port}`)).toBe(true);
    const nobodys = await freePort();
    expect(await mayBeListening(`127.0.0.1:${nobodys}`)).toBe(false);
    expect(await mayBeListening(`localhost:${nobodys}`)).toBe(false);
  }));

test('any other address is left to gRPC, which a proxy may lead there', async () => {
  expect(await mayBeListening('temporal.example.invalid:7233')).toBe(true);
  expect(await mayBeListening('10.255.255.1:7233')).toBe(true);
  expect(await mayBeListening('nonsense')).toBe(true);
});
