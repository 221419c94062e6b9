import type { Figures } from './measure.ts';

const [timeAtMost, smallSecondsAtMost, shareAtLeast] = [1.05, 10, 0.8];

/** What of a line is not as it is promised. A torment takes its time: there only the limits count. */
export function missed(figures: Figures, isCalm: boolean): string[] {
  const { refused, fullest, times, smallSeconds, slowestShare, extra } = figures;
  const always = [
    ...(refused === 0 ? [] : [`the API refused ${refused} calls`]),
    ...(fullest.every((share) => share <= 1) ? [] : ['a window held more than its limit']),
  ];
  if (!isCalm) return always;
  return [
    ...always,
    ...(extra === 0 ? [] : [`${extra} calls more were sent than were needed`]),
    ...(times.every((time) => time <= timeAtMost) ? [] : [`more than ${timeAtMost} × the least time`]),
    ...(smallSeconds === null || smallSeconds <= smallSecondsAtMost
      ? []
      : [`the small run took more than ${smallSecondsAtMost} s`]),
    ...(slowestShare === null || slowestShare >= shareAtLeast
      ? []
      : [`the slowest had less than ${shareAtLeast} of an equal share`]),
  ];
}
