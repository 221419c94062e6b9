import fc from 'fast-check';

/**
 * An independent calendar to hold ours against: every day from 1890 to 2130, written down one after the other
 * by the lengths of the months. No Date and no library takes part.
 */
const days: string[] = [];
const numbers = new Map<string, number>();
for (let year = 1890; year <= 2130; year += 1) {
  for (let month = 1; month <= 12; month += 1) {
    for (let day = 1; day <= monthLength(year, month); day += 1) {
      const text = `${year}-${two(month)}-${two(day)}`;
      numbers.set(text, days.length);
      days.push(text);
    }
  }
}

export function monthLength(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** A day's place in the row of all days. */
export function numberOf(day: string): number {
  const number = numbers.get(day);
  if (number === undefined) throw new Error(`${day} is not in the counted calendar`);
  return number;
}

export function dayOf(number: number): string {
  const day = days[number];
  if (day === undefined) throw new Error(`no day ${number} in the counted calendar`);
  return day;
}

/** `months` later, on the same day of the month or on its last. */
export function monthsLater(day: string, months: number): string {
  const { year, month, date } = partsOf(day);
  const count = year * 12 + (month - 1) + months;
  const [newYear, newMonth] = [Math.floor(count / 12), (count % 12) + 1];
  return `${newYear}-${two(newMonth)}-${two(Math.min(date, monthLength(newYear, newMonth)))}`;
}

/** 0 for Monday to 6 for Sunday: the first of January 1900 was a Monday. */
export function weekdayOf(day: string): number {
  return (((numberOf(day) - numberOf('1900-01-01')) % 7) + 7) % 7;
}

export function partsOf(day: string): { year: number; month: number; date: number } {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return { year, month, date };
}

/** Days from 1900 to 2100, every fourth of them one on which calendars turn. */
export function anyDay(): fc.Arbitrary<string> {
  const among = (some: string[]) => fc.constantFrom(...some);
  const inRange = days.slice(numberOf('1900-01-01'), numberOf('2100-12-31') + 1);
  const turning = inRange.filter((day) => /-(01-01|12-31|02-28|02-29|03-01|\d\d-31|\d\d-01)$/.test(day));
  return fc.oneof({ weight: 3, arbitrary: among(inRange) }, { weight: 1, arbitrary: among(turning) });
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
