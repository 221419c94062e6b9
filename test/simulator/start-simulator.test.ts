import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { SimulatorOptionsError } from '#simulator/options';
import { startSimulator } from '#simulator/start-simulator';
import { simulatorKey, withSimulator } from '../helpers/with-simulator.ts';

it('options that cannot be are all named at once, without a secret', async () => {
  const options = {
    port: -1,
    pageCap: 0,
    auth: { username: 'ada', password: 5 },
    nonsense: true,
  } as object;
  const failure: unknown = await startSimulator(options).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SimulatorOptionsError);
  const { message } = failure as SimulatorOptionsError;
  expect(message.split('\n')).toEqual([
    'port: expected a whole number from 0 to 65535, got -1',
    'auth.password: expected a text',
    'pageCap: expected a whole number from 1, got 0',
    expect.stringMatching(/^nonsense: is not known here; known are port, host, seed, /),
  ]);
});

it('a port that is taken is named', () =>
  withSimulator({}, async ({ port }) => {
    const starting = startSimulator({ port });
    await expect(starting).rejects.toThrow(SimulatorOptionsError);
    await expect(starting).rejects.toThrow(`port: 127.0.0.1:${port} is already in use`);
  }));

it('stops with a call under way, and may be stopped again', async () => {
  const simulator = await startSimulator({ latencyMs: 60_000, auth: { apiKey: simulatorKey } });
  const call = fetch(`${simulator.url}/actions/GetAllActions`, { headers: { 'x-api-key': simulatorKey } });
  const failed = call.catch((error: unknown) => error);
  await expect.poll(() => simulator.stats().inFlight).toBe(1);
  await simulator.stop();
  await simulator.stop();
  expect(await failed).toBeInstanceOf(TypeError);
  await expect(fetch(simulator.url)).rejects.toThrow(TypeError);
});

it('a caller who goes away is seen', () =>
  withSimulator({ latencyMs: 60_000 }, async ({ url, stats }) => {
    const gone = new AbortController();
    const call = fetch(`${url}/actions/GetAllActions`, { signal: gone.signal });
    const failed = call.catch((error: unknown) => error);
    await expect.poll(() => stats().inFlight).toBe(1);
    gone.abort();
    await failed;
    await expect.poll(() => stats()).toMatchObject({ inFlight: 0, byStatus: { aborted: 1 } });
  }));

it('a request that is no proper path does no harm', () =>
  withSimulator({}, async ({ port, ask }) => {
    const socket = connect(port, '127.0.0.1');
    socket.write('OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('404 Not Found');
    expect((await ask('actions/GetAllActions')).status).toBe(200);
  }));

it('latency from–to follows from the seed and the place in line', () =>
  withSimulator({ latencyMs: [30, 60] }, async ({ ask }) => {
    const started = performance.now();
    await ask('actions/GetAllActions');
    expect(performance.now() - started).toBeGreaterThan(28);
  }));
