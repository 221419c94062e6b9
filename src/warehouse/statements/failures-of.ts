import type { Tables } from '../dialect.ts';

/** The budget says no: that is no failure of the call. */
const throttled = 429;

/** When the call first failed since it was last answered; undefined where it has not. */
export async function failingSince(
  tables: Tables,
  runId: string,
  chunk: string | null,
  call: string,
): Promise<string | undefined> {
  const requests = () => tables.from('river_calls').where({ run: runId, call, chunk });
  const [answered] = await requests().where('answered', true).max({ at: 'when' });
  const failed = requests()
    .where('answered', false)
    .where((either) => either.whereNull('status').orWhereNot('status', throttled));
  if (answered?.at) failed.where('when', '>', String(answered.at));
  const [first] = await failed.min({ at: 'when' });
  return first?.at ? String(first.at) : undefined;
}
