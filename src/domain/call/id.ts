import { exactInteger } from '../column/read-number.ts';

/** An id as a list or a filter gives it: a whole number of 64 bits, beyond 2^53 its digits. */
export type Id = number | string;

/**
 * Reads an id as a column of whole numbers would; undefined where it is none. What cannot be read proves nothing: nobody may
 * take it for another id, nor for none.
 * @example readId('9.0') // 9
 * @example readId('9 ') // undefined
 */
export const readId = (value: unknown): Id | undefined => exactInteger(value);
