import { type Simulator, type SimulatorOptions, startSimulator } from '#simulator/start-simulator';

/** An answer of the simulator. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
}

export interface AskedSimulator extends Simulator {
  /** Asks with the key, below the base URL. */
  ask(path: string, parameters?: Readonly<Record<string, string | number>>): Promise<Answered>;
  send(path: string, init?: RequestInit): Promise<Answered>;
}

export const simulatorKey = 'key-of-the-simulator';

/** Opens a simulator, without a limit of calls unless one is given, and always closes it. */
export async function withSimulator<T>(
  options: SimulatorOptions,
  use: (simulator: AskedSimulator) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator({
    limits: [],
    lastDataUpdate: '2026-01-31',
    auth: { apiKey: simulatorKey },
    ...options,
  });
  const send = async (path: string, init: RequestInit = {}): Promise<Answered> => {
    const response = await fetch(`${simulator.url}${path}`, { redirect: 'manual', ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  const ask = (path: string, parameters: Readonly<Record<string, string | number>> = {}) => {
    const query = new URLSearchParams(parameters as Record<string, string>);
    return send(`/current/${path}?${query}`, { headers: { 'X-API-KEY': simulatorKey } });
  };
  try {
    return await use(
      Object.defineProperties({ ask, send }, Object.getOwnPropertyDescriptors(simulator)) as AskedSimulator,
    );
  } finally {
    await simulator.stop();
  }
}
