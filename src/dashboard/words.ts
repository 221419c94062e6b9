import type { html } from 'hono/html';
import { durationText } from '#domain/duration';
import { timeText } from '#domain/run/sentences';

/** A part of a page, escaped. */
export type Html = ReturnType<typeof html>;

/** `12,345` */
export const counted = (count: number): string => count.toLocaleString('en');

/** `1 row`, `2 rows` */
export const many = (count: number, thing: string): string =>
  `${counted(count)} ${thing}${count === 1 ? '' : 's'}`;

/** `10s`, `1h` */
export const shortSeconds = (seconds: number): string => durationText(seconds * 1000);

/** An instant as a person reads it; a dash where there is none. */
export const instant = (iso: string | null): string =>
  iso === null ? '–' : timeText(new Date(iso).toISOString());

const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

/** `2 hours ago`, `in 5 minutes`, `now` */
export function fromNow(iso: string | null, now: Date): string {
  if (iso === null) return '–';
  const ms = Date.parse(iso) - now.getTime();
  const [size, unit] = units.find(([each]) => Math.abs(ms) >= each) ?? [0, ''];
  if (size === 0) return 'now';
  const text = many(Math.floor(Math.abs(ms) / size), unit);
  return ms < 0 ? `${text} ago` : `in ${text}`;
}

/** `2 h 5 min`: how long from one instant to another. */
export function lasting(from: string | null, to: string | null): string {
  if (from === null || to === null) return '–';
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
