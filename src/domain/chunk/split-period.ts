import type { Dayjs } from 'dayjs';
import { ConfigurationError } from '../errors.ts';
import { type DateRange, toCalendar, toDay } from '../period/date-range.ts';
import type { ChunkSetting } from '../river/river.ts';
import { type ChunkOfDays, createChunk } from './chunk.ts';

/**
 * A period's chunks, in order: they cover it and do not overlap.
 * @example [...splitPeriod({ start: '2020-01-01', end: '2020-01-08' }, { every: 'daily', size: 4 })] // 01…04, 05…08
 */
export function* splitPeriod(period: DateRange, setting: ChunkSetting): Generator<ChunkOfDays> {
  const { first, last } = readBounds(period, setting);
  let begins = first;
  for (let k = 1; ; k += 1) {
    const next = findBegin(k, first, setting);
    if (next === undefined || next.isAfter(last)) break;
    yield createChunk(toDay(begins), toDay(next.subtract(1, 'day')));
    begins = next;
  }
  yield createChunk(toDay(begins), period.end);
}

const units = { daily: 'day', monthly: 'month', yearly: 'year' } as const;

/**
 * Where chunk k begins; undefined where there is no second chunk, or beyond all calendars. Counted from the
 * period's own first day each time: from the 31st, chunk 1 begins on 28 February and chunk 2 on 31 March.
 */
function findBegin(k: number, first: Dayjs, { every, size }: ChunkSetting): Dayjs | undefined {
  if (every === 'dont_split') return undefined;
  const begins = first.add(k * size, units[every]);
  return begins.isValid() ? begins : undefined;
}

function readBounds(period: DateRange, { size }: ChunkSetting): { first: Dayjs; last: Dayjs } {
  if (!Number.isInteger(size) || size < 1) {
    throw new ConfigurationError(`chunks.size: expected a whole number above 0, got ${size}.`, {
      facts: { size },
    });
  }
  const first = toCalendar(period.start);
  const last = toCalendar(period.end);
  if (first === undefined || last === undefined || first.isAfter(last)) {
    throw new RangeError(`not a period: ${period.start} to ${period.end}`);
  }
  return { first, last };
}
