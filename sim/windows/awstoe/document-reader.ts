import { WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';

/** A refusal of a document that AWSTOE would refuse as well; `where` names the component and the place in it. */
export function notValid(where: string, what: string): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `Image Builder would refuse ${where}: ${what}.`);
}

/** A value in a message, on one line and not too long. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/**
 * Reads a mapping of a component document field by field; `done` refuses every field that nobody asked for, so that none is
 * passed over in silence.
 */
export class DocumentReader {
  private readonly asked: string[] = [];

  private constructor(
    private readonly source: JsonObject,
    /** Names the place in messages, such as `step One of component part`. */
    readonly where: string,
  ) {}

  static of(value: unknown, where: string): DocumentReader {
    if (!isJsonObject(value)) {
      throw notValid(where, `a mapping of fields is needed, got: ${shown(value)}`);
    }
    return new DocumentReader(value, where);
  }

  /** Readers of the entries of a list that is not empty. */
  static ofList(value: unknown, where: string): readonly DocumentReader[] {
    return listOf(value, where).map((entry, index) =>
      DocumentReader.of(entry, `${where}, entry ${index + 1}`),
    );
  }

  value(name: string): unknown {
    this.asked.push(name);
    return Object.hasOwn(this.source, name) ? this.source[name] : undefined;
  }

  names(): readonly string[] {
    return Object.keys(this.source);
  }

  optionalText(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') {
      return value;
    }
    throw this.wrong(name, 'a text', value);
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined || value === '') {
      throw this.wrong(name, 'a text', value);
    }
    return value;
  }

  optionalFlag(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'boolean') {
      return value;
    }
    throw this.wrong(name, 'true or false', value);
  }

  optionalInteger(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value))) {
      return value;
    }
    throw this.wrong(name, 'a whole number', value);
  }

  integer(name: string): number {
    const value = this.optionalInteger(name);
    if (value === undefined) {
      throw this.wrong(name, 'a whole number', value);
    }
    return value;
  }

  /** The texts of a list that is not empty; undefined where the field is absent. */
  optionalTexts(name: string): readonly string[] | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : textsOf(value, `${this.where}, ${name}`);
  }

  /** One of some words, or the first of them where the field is absent. */
  choice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const value = this.value(name) ?? choices[0];
    const option = choices.find((one) => one === value);
    if (option === undefined) {
      throw this.wrong(name, `one of ${choices.join(', ')}`, value);
    }
    return option;
  }

  wrong(name: string, needed: string, value: unknown): WinbakeError {
    return notValid(`${this.where}, ${name}`, `${needed} is needed, got: ${shown(value)}`);
  }

  /** Refuses every field that was not asked for. */
  done(): void {
    const stranger = this.names().find((name) => !this.asked.includes(name));
    if (stranger !== undefined) {
      const known = [...new Set(this.asked)].sort().join(', ');
      throw notValid(this.where, `it has the unknown field '${stranger}'; known are ${known}`);
    }
  }
}

/** The entries of a list that is not empty. */
export function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw notValid(where, `a list with entries is needed, got: ${shown(value)}`);
  }
  return value as readonly unknown[];
}

/** The texts of a list that is not empty. */
export function textsOf(value: unknown, where: string): readonly string[] {
  return listOf(value, where).map((entry, index) => {
    if (typeof entry !== 'string') {
      throw notValid(`${where}, entry ${index + 1}`, `a text is needed, got: ${shown(entry)}`);
    }
    return entry;
  });
}
