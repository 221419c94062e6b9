import type { CallHistory, Repeated } from '#domain/call/call-history';
import type { Tables } from '../dialect.ts';
import { isBaseUrlKnown, isConnectionAnswered, isRunAnswered } from './is-run-answered.ts';

/** What a call of a run has met since it was last answered. Whether the base URL is proven lies elsewhere. */
export async function callHistory(
  tables: Tables,
  runId: string,
  call: string,
): Promise<Omit<CallHistory, 'isProven'>> {
  // A sign-in brings no page: it is answered where it was understood.
  const [last] = await tables
    .from('river_calls')
    .where({ run: runId, call })
    .where((either) => either.where('answered', true).orWhere('outcome', 'answered'))
    .max({ at: 'when' });
  const met = tables.from('river_calls').where({ run: runId, call, answered: false });
  if (last?.at) met.where('when', '>', String(last.at));
  const groups = await met
    .whereIn('outcome', ['throttled', 'page', 'unreadable'])
    .groupBy('outcome', 'status', 'body_hash')
    .select('outcome', 'status', 'body_hash')
    .count({ times: '*' })
    .min({ at: 'when' });

  const repeated = async (isOne: (outcome: string, status: number) => boolean): Promise<Repeated> => {
    const ones = groups.filter(({ outcome, status }) => isOne(String(outcome), Number(status)));
    const [first] = ones.map(({ at }) => String(at)).sort((a, b) => Date.parse(a) - Date.parse(b));
    if (first === undefined) return { times: 0, firstAt: null, othersAnswered: false };
    return {
      times: ones.reduce((sum, { times }) => sum + Number(times), 0),
      firstAt: Date.parse(first),
      othersAnswered: await isConnectionAnswered(tables, runId, first),
    };
  };
  const unreadable = groups.filter(({ outcome }) => outcome === 'unreadable');
  const isAnswered = await isRunAnswered(tables, runId);
  return {
    isAnswered,
    isKnown: !isAnswered && (await isBaseUrlKnown(tables, runId)),
    pages: await repeated((outcome) => outcome === 'page'),
    limitedByWords: await repeated((outcome, status) => outcome === 'throttled' && status !== 429),
    missingPages: await repeated((outcome, status) => outcome === 'page' && status === 404),
    unreadable: Object.fromEntries(
      unreadable.map(({ body_hash, times }) => [String(body_hash), Number(times)]),
    ),
  };
}
