import type { Effects } from '../faults/fault-list.ts';
import { type EmptyAs, emptyReply, jsonReply, type Reply, textReply } from '../reply.ts';
import type { Core } from '../world/core.ts';
import { cutList } from '../world/row-list.ts';
import { BadRequestError, readAsked } from './asked.ts';
import type { Tenant } from './endpoint.ts';
import { pageOf, rowsWithin } from './page-of.ts';
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
    const made = endpoint.rows(core, asked, options.tenant);
    const all = effects.rowsAtMost === undefined ? made : cutList(made, effects.rowsAtMost);
    const { pages } = endpoint;
    const { pageCap } = options;
    const page = { asked, call: nameOf(route, query), pages, pageCap, effects, random: core.random };
    const rows = pageOf(all, page);
    if (rows.length === 0) return emptyReply(effects.emptyAs ?? options.emptyAs);
    const delimiter = asked.has('CustomerAttributesDelimiter')
      ? asked.text('CustomerAttributesDelimiter')
      : ';';
    const spelled = spellRows(rows, { ...effects, delimiter });
    const given = setValues(renameKeys(spelled, renaming), effects.values);
    const within = pages && effects.byteCap !== undefined ? rowsWithin(given, effects.byteCap) : given;
    return withRaw(jsonReply(200, within, within.length));
  } catch (error) {
    if (error instanceof BadRequestError) return textReply(400, error.message);
    throw error;
  }
}

/** Path and parameters, but which part of the rows is asked for. */
function nameOf({ path }: Route, query: URLSearchParams): string {
  const parameters = [...query].filter(([name]) => !/^\$(top|skip)$/i.test(name));
  return JSON.stringify([path, parameters.sort()]);
}

function withRaw(reply: Reply): Reply {
  return { ...reply, body: writeRaw(String(reply.body)) };
}
