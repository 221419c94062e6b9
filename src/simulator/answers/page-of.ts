import type { Effects } from '../faults/fault-list.ts';
import type { Random } from '../world/random.ts';
import type { Row, RowList } from '../world/row-list.ts';
import { type Asked, BadRequestError } from './asked.ts';

/** A call as far as it decides which of its rows are answered. */
export interface PageRequest {
  readonly asked: Asked;
  /** Path and parameters but $top and $skip: chance follows from it. */
  readonly call: string;
  /** Whether $top and $skip have a meaning. */
  readonly pages: boolean;
  readonly pageCap: number;
  readonly effects: Effects;
  readonly random: Random;
}

/** The rows of an answer, in the order in which they are answered. */
export function pageOf(all: RowList, request: PageRequest): readonly Row[] {
  const { asked, call, effects, random } = request;
  const skip = asked.integerOr('$skip', 0);
  const { from, to } = request.pages ? pageAsked(request, skip) : partAsked(all.count, request, skip);
  const rows = effects.unordered
    ? inAnyOrder(all.slice(0, all.count), random, 'unordered', call, skip).slice(from, to)
    : all.slice(from, to);
  return effects.shuffle ? inAnyOrder(rows, random, 'shuffle', call, skip) : rows;
}

/** The first rows whose list is no longer than this, and one at least. */
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

function pageAsked({ asked, call, pageCap, effects, random }: PageRequest, skip: number): Part {
  const byChance = effects.randomCap && random.between(effects.randomCap, 'page cap', call, skip);
  const most = Math.min(pageCap, effects.pageCap ?? pageCap, byChance ?? pageCap);
  const top = Math.min(asked.integerOr('$top', most), most);
  const from = effects.ignoreSkip ? 0 : skip;
  return { from, to: from + top };
}

/** What a call without pages answers: all its rows, where nothing cuts them. */
function partAsked(count: number, { asked, effects: { cutAnswer } }: PageRequest, skip: number): Part {
  if (!cutAnswer) return { from: 0, to: count };
  if (cutAnswer.skip === 'refused' && asked.has('$skip')) {
    throw new BadRequestError('$skip is no parameter of this function');
  }
  const from = cutAnswer.skip === 'works' ? skip : 0;
  return { from, to: from + cutAnswer.rows };
}

function inAnyOrder(
  rows: readonly Row[],
  random: Random,
  ...parts: readonly (string | number)[]
): readonly Row[] {
  return rows
    .map((row, at) => ({ row, place: random.hash(...parts, at) }))
    .sort((one, other) => one.place - other.place)
    .map(({ row }) => row);
}
