import { isBlank, parseJson } from './parse-json.ts';

/** How many characters of a list are parsed at a time: some hundred rows, which are gone before V8 has to keep them. */
const partLength = 32 * 1024;

const [openList, closeList, closeObject] = [91, 93, 125];

/** Where a row may end, with another one behind it. */
const betweenRows = /\}[\t\n\r ]*(?=,)/g;

/**
 * The entries of a list, some at a time; each part is what `parseJson` makes of these entries. The text comes in pieces, cut anywhere, and no more of it
 * is held than a part needs. Throws SyntaxError, maybe after some parts, where the text is not one list in JSON. A part ends behind a brace with a comma
 * after it. That may be inside of a row, or of a text: what ends there is no list, and does not parse. Then a part twice as long is tried, so that no
 * text is looked at more often than about twice.
 */
export function* parseList(pieces: Iterable<string>, length = partLength): Generator<unknown[]> {
  const rest = new Rest(pieces);
  rest.enterList();
  for (let [isFirst, tried] = [true, length]; ; ) {
    const part = tryParse(rest, rest.endOfPart(tried));
    tried = part ? length : 2 * tried + 1;
    if (!part) continue;
    if (part.rows.length === 0 && !(isFirst && part.isLast))
      throw new SyntaxError('a comma without an entry');
    yield part.rows;
    if (part.isLast) return;
    isFirst = false;
  }
}

/** The entries up to that place, which are taken out of the rest; undefined where they are not whole. */
function tryParse(rest: Rest, end: number | undefined): { rows: unknown[]; isLast: boolean } | undefined {
  const isLast = end === undefined;
  const entries = rest.text.slice(0, end ?? rest.endOfList());
  try {
    const rows = parseJson(`[${entries}]`) as unknown[];
    if (!isLast) rest.drop(end + 1);
    return { rows, isLast };
  } catch (error) {
    if (isLast) throw error;
    return undefined;
  }
}

/** What is left of a text that comes in pieces. */
class Rest {
  text = '';
  readonly #pieces: Iterator<string>;
  #isWhole = false;

  constructor(pieces: Iterable<string>) {
    this.#pieces = pieces[Symbol.iterator]();
  }

  /** Drops what stands before the first entry. */
  enterList(): void {
    let at = 0;
    for (;;) {
      while (at < this.text.length && isBlank(this.text.charCodeAt(at))) at += 1;
      if (at < this.text.length || this.#isWhole) break;
      this.#readMore();
    }
    if (this.text.charCodeAt(at) !== openList) throw new SyntaxError('no list');
    this.drop(at + 1);
  }

  /** The comma behind the first brace from that place on; undefined where there is none. */
  endOfPart(place: number): number | undefined {
    for (let from = place; ; ) {
      betweenRows.lastIndex = from;
      if (from < this.text.length && betweenRows.test(this.text)) return betweenRows.lastIndex;
      if (this.#isWhole) return undefined;
      // A brace at the end may have its comma in the next piece.
      from = Math.max(place, this.#lastBrace());
      this.#readMore();
    }
  }

  /** The bracket that ends the text, all of which is here. */
  endOfList(): number {
    const at = this.#lastLetter();
    if (this.text.charCodeAt(at) !== closeList) throw new SyntaxError('no end of a list');
    return at;
  }

  drop(length: number): void {
    this.text = this.text.slice(length);
  }

  #readMore(): void {
    const { done, value } = this.#pieces.next();
    if (done) this.#isWhole = true;
    else this.text += value;
  }

  #lastLetter(): number {
    let at = this.text.length - 1;
    while (at >= 0 && isBlank(this.text.charCodeAt(at))) at -= 1;
    return at;
  }

  /** The brace with which the text ends so far, else its end. */
  #lastBrace(): number {
    const at = this.#lastLetter();
    return this.text.charCodeAt(at) === closeObject ? at : this.text.length;
  }
}
