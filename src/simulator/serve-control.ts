import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './faults/fault-kinds.ts';
import { acceptedFaults, FaultsRefusedError, readFaults } from './faults/read-faults.ts';
import { readBody } from './http-messages.ts';
import type { CallRecord, Stats } from './stats.ts';
import { toDayNumber } from './world/calendar.ts';

/** What a client can ask of a running simulator. */
export interface Control {
  stats(): Stats;
  calls(after?: number): readonly CallRecord[];
  setFaults(faults: readonly Fault[]): void;
  setLastDataUpdate(day: string): void;
  reset(): void;
}

export const controlPrefix = '/_simulator/';

/** Answers `/_simulator/…`: without a key, without a limit, and not counted. */
export async function serveControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const action = `${request.method} ${url.pathname.slice(controlPrefix.length)}`;
  const reply = (status: number, value: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(value));
  };
  switch (action) {
    case 'GET health':
      return reply(200, { ok: true });
    case 'GET stats':
      return reply(200, control.stats());
    case 'GET calls':
      return reply(200, control.calls(Number(url.searchParams.get('after') ?? 0) || 0));
    case 'POST reset':
      control.reset();
      return reply(200, { ok: true });
    case 'POST faults':
      try {
        const faults = readFaults(parse(await readBody(request)));
        control.setFaults(faults);
        return reply(200, { faults });
      } catch (error) {
        if (!(error instanceof FaultsRefusedError)) throw error;
        return reply(400, { complaints: error.complaints, accepted: acceptedFaults });
      }
    case 'POST last-data-update': {
      const day = parse(await readBody(request)) as { date?: unknown } | undefined;
      if (typeof day?.date !== 'string' || toDayNumber(day.date) === undefined) {
        return reply(400, { complaints: ['date: expected a day, as {"date": "2026-01-31"}'] });
      }
      control.setLastDataUpdate(day.date);
      return reply(200, { date: day.date });
    }
    default:
      return reply(404, {
        complaints: [`There is no ${action} here`],
        accepted: [
          'GET health',
          'GET stats',
          'GET calls?after=0',
          'POST faults',
          'POST last-data-update',
          'POST reset',
        ],
      });
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
