import type { Problem } from '#domain/river/problem';
import type { RiverPart } from '#domain/river/river';
import { type Refers, secretInTheFile } from './check-connections.ts';
import { isNear, isThisMachine } from './local-host.ts';

/** What is wrong with whom a river tells. Paths begin at the river; no URL is ever shown, for whoever has it may post. */
export function checkNotify({ webhook, slack }: NonNullable<RiverPart['notify']>, refers: Refers): Problem[] {
  if (webhook === undefined && slack === undefined)
    return [
      { path: ['notify'], message: 'expected webhook or slack, or both: where it is sent to', missing: true },
    ];
  return [...checkUrl('webhook', webhook, refers), ...checkUrl('slack', slack, refers)];
}

function checkUrl(key: 'webhook' | 'slack', text: string | undefined, refers: Refers): Problem[] {
  if (text === undefined) return [];
  const path = ['notify', key];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isNear(url.hostname))))
    return [{ path, message: 'expected an https URL, got a secret' }];
  return refers(path) || isThisMachine(url.hostname) ? [] : [{ path, message: secretInTheFile }];
}
