import type { Effects } from '../faults/fault-list.ts';
import { type EmptyAs, emptyReply, jsonReply, type Reply, textReply } from '../http-messages.ts';
import type { Core } from '../world/core.ts';
import { cutList } from '../world/row-list.ts';
import { setValues, spellRows, writeRaw } from './bend-answer.ts';
import type { Tenant } from './endpoint.ts';
import { BadRequestError, readParameters } from './endpoint.ts';
import { documentedQuery, type Route, renameKeys } from './routes.ts';
import { rowsWithin, selectPage } from './select-page.ts';

export interface AnswerOptions {
  readonly tenant: Tenant;
  readonly pageCap: number;
  readonly emptyAs: EmptyAs;
}

/** The answer to a call that has passed the limit and the sign-in. */
export function answerCall(
  core: Core,
  route: Route,
  query: URLSearchParams,
  effects: Effects,
  options: AnswerOptions,
): Reply {
  const { endpoint, renaming } = route;
  const parameters = readParameters(documentedQuery(query, renaming), core.attributes);
  try {
    if ('object' in endpoint) {
      const [object] = setValues(renameKeys([endpoint.object(core, parameters)], renaming), effects.values);
      return withRaw(jsonReply(200, object, 1));
    }
    const made = endpoint.rows(core, parameters, options.tenant);
    const all = effects.rowsAtMost === undefined ? made : cutList(made, effects.rowsAtMost);
    const { pages } = endpoint;
    const { pageCap } = options;
    const page = {
      parameters,
      call: identifyCall(route, query),
      pages,
      pageCap,
      effects,
      random: core.random,
    };
    const rows = selectPage(all, page);
    if (rows.length === 0) return emptyReply(effects.emptyAs ?? options.emptyAs);
    const delimiter = parameters.has('CustomerAttributesDelimiter')
      ? parameters.text('CustomerAttributesDelimiter')
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

/** Path and parameters without $top and $skip. */
function identifyCall({ path }: Route, query: URLSearchParams): string {
  const parameters = [...query].filter(([name]) => !/^\$(top|skip)$/i.test(name));
  return JSON.stringify([path, parameters.sort()]);
}

function withRaw(reply: Reply): Reply {
  return { ...reply, body: writeRaw(String(reply.body)) };
}
