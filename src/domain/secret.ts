const hidden = '[secret]';
/** What Node's console and util.inspect call; named through the registry so that the domain needs no Node module. */
const inspect = Symbol.for('nodejs.util.inspect.custom');

/** A value that never shows itself: not in a log line, an error, JSON or an inspection. `reveal()` at the last moment. */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect](): string {
    return hidden;
  }
}
