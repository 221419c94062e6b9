import type { Effects } from '../faults/fault-list.ts';
import { type EmptyAs, emptyReply, jsonReply, type Reply, textReply } from '../reply.ts';
import type { Core } from '../world/core.ts';
import { type Asked, BadRequestError, readAsked } from './asked.ts';
import type { Tenant } from './endpoint.ts';
import { documentedQuery, type Route, renameKeys } from './routes.ts';
import { setValues, writeRaw } from './set-values.ts';
import { spellRows } from './spell-rows.ts';

export interface AnswerOptions {
  readonly tenant: Tenant;
  readonly pageCap: number;
  readonly emptyAs: EmptyAs;
}

/** What the API answers to a call that was let in. */
export function answerCall(
  core: Core,
  route: Route,
  query: URLSearchParams,
  effects: Effects,
  options: AnswerOptions,
): Reply {
  const { endpoint, renaming } = route;
  const asked = readAsked(documentedQuery(query, renaming), core.attributes);
  try {
    if ('object' in endpoint) {
      const [object] = setValues(renameKeys([endpoint.object(core, asked)], renaming), effects.values);
      return withRaw(jsonReply(200, object, 1));
    }
    const all = endpoint.rows(core, asked, options.tenant);
    const page = endpoint.pages ? pageAsked(asked, effects, options.pageCap) : { from: 0, to: all.count };
    const rows = all.slice(page.from, page.to);
    if (rows.length === 0) return emptyReply(effects.emptyAs ?? options.emptyAs);
    const delimiter = asked.has('CustomerAttributesDelimiter')
      ? asked.text('CustomerAttributesDelimiter')
      : ';';
    const spelled = spellRows(rows, { ...effects, delimiter });
    const given = setValues(renameKeys(spelled, renaming), effects.values);
    return withRaw(jsonReply(200, given, rows.length));
  } catch (error) {
    if (error instanceof BadRequestError) return textReply(400, error.message);
    throw error;
  }
}

const withRaw = (reply: Reply): Reply => ({ ...reply, body: writeRaw(reply.body) });

function pageAsked(asked: Asked, effects: Effects, pageCap: number): { from: number; to: number } {
  const most = Math.min(pageCap, effects.pageCap ?? pageCap);
  const top = Math.min(asked.integerOr('$top', most), most);
  const skip = asked.integerOr('$skip', 0);
  const from = effects.ignoreSkip ? 0 : skip;
  return { from, to: from + top };
}
