import { endOfString } from './parse-json.ts';

/**
 * A key that one object of this JSON names twice, as it is written the second time; keys are compared whatever their case,
 * because River reads them so. JSON.parse keeps the last value of such a key and drops the others without a word.
 */
export function repeatedKey(json: string): string | undefined {
  /** The keys of each object that is open; undefined stands for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    if (character !== '"') continue;
    const from = at;
    at = endOfString(json, from) - 1;
    const keys = open.at(-1);
    if (!keys || !isBeforeColon(json, at + 1)) continue;
    const key = String(JSON.parse(json.slice(from, at + 1)));
    if (keys.has(key.toLowerCase())) return key;
    keys.add(key.toLowerCase());
  }
  return undefined;
}

function isBeforeColon(json: string, from: number): boolean {
  let at = from;
  while (json[at]?.trim() === '') at += 1;
  return json[at] === ':';
}
