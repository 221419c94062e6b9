import { isTimezone, isUtcOffset } from '../period/zone.ts';
import { gotInstead } from './closest.ts';
import { type PeriodSetting, predefinedPeriods } from './period-setting.ts';
import type { Problem } from './problem.ts';
import type { RiverPart } from './river.ts';
import type { Show } from './show.ts';

/** What is wrong with a period in itself and beside the load mode. Paths begin at the river. */
export function checkPeriod(
  period: PeriodSetting,
  load: NonNullable<RiverPart['target']>['load'],
  show: Show,
): Problem[] {
  return [...checkDays(period, show), ...checkLastDaysBack(period, load), ...checkZone(period, show)];
}

function checkDays({ start, end, predefined, track }: PeriodSetting, show: Show): Problem[] {
  if (predefined !== undefined) {
    return [
      ...(start === undefined && end === undefined
        ? []
        : [problem('predefined', 'expected either predefined or start and end, got both')]),
      ...(track === undefined ? [] : [problem('track', 'belongs to ranges, predefined is none')]),
    ];
  }
  if (start === undefined) {
    return [
      {
        ...problem(
          'start',
          `missing, expected the first day, YYYY-MM-DD (or, instead of a range, predefined: one of ${predefinedPeriods.join(', ')})`,
        ),
        missing: true,
        orElse: 'predefined',
      },
    ];
  }
  if (end !== undefined && start > end) {
    const [first, last] = [show(['period', 'start'], start), show(['period', 'end'], end)];
    return [problem('start', `expected a day that is not after the end, ${last}, got ${first}`)];
  }
  if (end !== undefined && track === true) {
    return [problem('track', 'belongs to ranges without an end, this one ends')];
  }
  return [];
}

function checkLastDaysBack(
  { lastDaysBack, predefined, end, track }: PeriodSetting,
  load: NonNullable<RiverPart['target']>['load'],
): Problem[] {
  if (lastDaysBack === undefined) return [];
  if (predefined !== undefined) {
    return [problem('lastDaysBack', 'belongs to ranges (start and end), predefined is none')];
  }
  if (load === 'append' && end === undefined && track !== false && lastDaysBack > 0) {
    return [
      problem(
        'lastDaysBack',
        'does not go with load: append in a range without an end: the days before would be there twice. Use load: replace, or leave lastDaysBack out',
      ),
    ];
  }
  return [];
}

function checkZone({ utcOffset, timezone }: PeriodSetting, show: Show): Problem[] {
  return [
    ...(utcOffset !== undefined && timezone !== undefined
      ? [problem('timezone', 'expected either utcOffset or timezone, got both')]
      : []),
    ...(utcOffset !== undefined && !isUtcOffset(utcOffset)
      ? [
          problem(
            'utcOffset',
            `expected an offset from -12:00 to +14:00, such as "+02:00", got ${show(['period', 'utcOffset'], utcOffset)}`,
          ),
        ]
      : []),
    ...(timezone === undefined ? [] : checkTimezone(['period', 'timezone'], timezone, show)),
  ];
}

/** The name of a time zone, of a period or a schedule. */
export function checkTimezone(path: readonly string[], timezone: string, show: Show): Problem[] {
  if (isTimezone(timezone)) return [];
  const got = gotInstead(path, timezone, Intl.supportedValuesOf('timeZone'), show);
  return [{ path, message: `expected an IANA time zone such as Europe/London, ${got}` }];
}

function problem(key: keyof PeriodSetting, message: string): Problem {
  return { path: ['period', key], message };
}
