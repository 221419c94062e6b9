/** The zone of this process: the person's own, or the one that TZ names. */
const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `10:05:00 CET`, with the day before it if that is not today. */
export function localTime(instant: string, now = new Date(), timeZone = ownZone()): string {
  const at = new Date(instant);
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(at);
  // The Swedish way of writing a day is the international one.
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone });
  return day.format(at) === day.format(now) ? time : `${day.format(at)} ${time}`;
}

/** The same sentence with its times in the person's own zone: what a run says of itself is in UTC. */
export const inLocalTime = (sentence: string, now?: Date, timeZone?: string): string =>
  sentence.replaceAll(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g, (_, day, time) =>
    localTime(`${day}T${time}Z`, now, timeZone),
  );
