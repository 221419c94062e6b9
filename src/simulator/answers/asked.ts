import { numberOfDay } from '../world/day.ts';

/** The call is answered with 400 and this text. */
export class BadRequestError extends Error {}

/** The parameters of a call, by name whatever its case, read as what they should be. */
export interface Asked {
  has(name: string): boolean;
  text(name: string): string;
  integer(name: string): number;
  integerOr(name: string, otherwise: number): number;
  /** `1` or `1,2,3`. */
  integers(name: string): readonly number[];
  /** A day of the calendar, as its number. */
  day(name: string): number;
  flag(name: string): boolean;
  /** One of the tenant's RealFieldNames. */
  attribute(name: string): string;
  /** CustomerAttributes: none, or up to ten joined by `;`. */
  attributes(): readonly string[];
}

const mostAttributes = 10;

export function readAsked(query: URLSearchParams, knownAttributes: readonly string[]): Asked {
  const given = new Map<string, string>();
  for (const [name, value] of query) {
    if (!given.has(name.toLowerCase())) given.set(name.toLowerCase(), value);
  }
  const known = new Map(knownAttributes.map((attribute) => [attribute.toLowerCase(), attribute]));

  function find(name: string): string | undefined {
    const value = given.get(name.toLowerCase());
    return value === '' ? undefined : value;
  }

  function text(name: string): string {
    const value = find(name);
    if (value === undefined) throw new BadRequestError(`${name} is required`);
    return value;
  }

  function wholeNumber(name: string, value: string): number {
    if (/^\d{1,15}$/.test(value)) return Number(value);
    throw new BadRequestError(`${name} must be a whole number, not "${value}"`);
  }

  function knownAttribute(name: string, value: string): string {
    const attribute = known.get(value.toLowerCase());
    if (attribute !== undefined) return attribute;
    throw new BadRequestError(`${name}: there is no customer attribute "${value}"`);
  }

  return {
    has: (name) => find(name) !== undefined,
    text,
    integer: (name) => wholeNumber(name, text(name)),
    integerOr(name, otherwise) {
      const value = find(name);
      return value === undefined ? otherwise : wholeNumber(name, value);
    },
    integers: (name) =>
      text(name)
        .split(',')
        .map((value) => wholeNumber(name, value.trim())),
    day(name) {
      const value = text(name);
      const day = numberOfDay(value);
      if (day === undefined)
        throw new BadRequestError(`${name} must be a date as yyyy-MM-dd, not "${value}"`);
      return day;
    },
    flag(name) {
      const value = find(name)?.toLowerCase() ?? 'false';
      if (value === 'true' || value === 'false') return value === 'true';
      throw new BadRequestError(`${name} must be true or false, not "${value}"`);
    },
    attribute: (name) => knownAttribute(name, text(name)),
    attributes() {
      const value = find('CustomerAttributes');
      if (value === undefined) return [];
      const attributes = value.split(';').map((one) => knownAttribute('CustomerAttributes', one.trim()));
      if (attributes.length <= mostAttributes) return attributes;
      throw new BadRequestError(
        `CustomerAttributes: at most ${mostAttributes} attributes, not ${attributes.length}`,
      );
    },
  };
}
