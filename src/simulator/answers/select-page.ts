import type { Effects } from '../faults/fault-list.ts';
import type { Random } from '../world/random.ts';
import type { Row, RowList } from '../world/row-list.ts';
import { BadRequestError, type CallParameters } from './endpoint.ts';

/** What decides which rows of a call are sent. */
export interface PageRequest {
  readonly parameters: CallParameters;
  /** Path and parameters without $top and $skip: random choices follow from it. */
  readonly call: string;
  /** Whether the endpoint has $top and $skip. */
  readonly pages: boolean;
  readonly pageCap: number;
  readonly effects: Effects;
  readonly random: Random;
}

/** The rows of an answer, in their order. */
export function selectPage(all: RowList, request: PageRequest): readonly Row[] {
  const { parameters, call, effects, random } = request;
  const skip = parameters.integerOr('$skip', 0);
  const { from, to } = request.pages ? cutPage(request, skip) : cutWhole(all.count, request, skip);
  const rows = effects.unordered
    ? shuffleRows(all.slice(0, all.count), random, 'unordered', call, skip).slice(from, to)
    : all.slice(from, to);
  return effects.shuffle ? shuffleRows(rows, random, 'shuffle', call, skip) : rows;
}

/** The first rows that fit so many bytes, but at least one. */
export function rowsWithin(rows: readonly Row[], bytes: number): readonly Row[] {
  let length = 2;
  const end = rows.findIndex((row, at) => {
    length += Buffer.byteLength(JSON.stringify(row)) + 1;
    return at > 0 && length > bytes;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

interface Part {
  readonly from: number;
  readonly to: number;
}

function cutPage({ parameters, call, pageCap, effects, random }: PageRequest, skip: number): Part {
  const byChance = effects.randomCap && random.between(effects.randomCap, 'page cap', call, skip);
  const most = Math.min(pageCap, effects.pageCap ?? pageCap, byChance ?? pageCap);
  const top = Math.min(parameters.integerOr('$top', most), most);
  const from = effects.ignoreSkip ? 0 : skip;
  return { from, to: from + top };
}

/** A call without pages is answered with all rows, unless a fault cuts them. */
function cutWhole(count: number, { parameters, effects: { cutAnswer } }: PageRequest, skip: number): Part {
  if (!cutAnswer) return { from: 0, to: count };
  if (cutAnswer.skip === 'refused' && parameters.has('$skip')) {
    throw new BadRequestError('$skip is no parameter of this function');
  }
  const from = cutAnswer.skip === 'works' ? skip : 0;
  const top = cutAnswer.skip === 'topOnly' ? parameters.integerOr('$top', cutAnswer.rows) : cutAnswer.rows;
  return { from, to: from + Math.min(top, cutAnswer.rows) };
}

function shuffleRows(
  rows: readonly Row[],
  random: Random,
  ...parts: readonly (string | number)[]
): readonly Row[] {
  return rows
    .map((row, at) => ({ row, place: random.hash(...parts, at) }))
    .sort((one, other) => one.place - other.place)
    .map(({ row }) => row);
}
