import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import { roughText, has, shown, when } from '../values';

/** A template, and a request, takes an inline document of so many characters. */
const LONGEST_INLINE_DOCUMENT = 16_000;

type ParsedDocument = { readonly content: JsonObject } | { readonly wrong: string } | undefined;

const parsed = new WeakMap<JsonObject, ParsedDocument>();

/** The YAML or JSON in `Data`, or why it is none; undefined where it lies in S3 or is only known in the account. */
function read(document: JsonObject): ParsedDocument {
  if (!parsed.has(document)) {
    parsed.set(document, parseData(document));
  }
  return parsed.get(document);
}

function parseData(document: JsonObject): ParsedDocument {
  const data = roughText(document, 'Data');
  if (data === undefined) {
    return undefined;
  }
  // The parser here is kinder to tabs than the services'.
  const tab = /^\t+\S.*/m.exec(data);
  if (tab !== null && !data.trimStart().startsWith('{')) {
    return { wrong: `Data must be YAML, without tabs at the beginning of lines; got: ${shown(tab[0])}` };
  }
  try {
    const content: unknown = parse(data, { uniqueKeys: false, logLevel: 'error' });
    return isJsonObject(content) ? { content } : { wrong: `Data must be a mapping; got: ${shown(content)}` };
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
    return { wrong: `Data must be YAML; got: ${reason.replace(/:?\s*$/, '')}` };
  }
}

/** What a document holds; undefined where that is not known or not readable. */
export function contentOf(document: JsonObject): JsonObject | undefined {
  const result = read(document);
  return result !== undefined && 'content' in result ? result.content : undefined;
}

/** Why a document cannot be read. */
export function notYaml(document: JsonObject): readonly string[] {
  const result = read(document);
  return result !== undefined && 'wrong' in result ? [result.wrong] : [];
}

/** An inline document that is too long; another place for it is `Uri`. */
export function tooLong(document: JsonObject): readonly string[] {
  const { length } = roughText(document, 'Data') ?? '';
  return when(
    length > LONGEST_INLINE_DOCUMENT,
    `Data must have at most ${LONGEST_INLINE_DOCUMENT} characters; got: ${length}`,
  );
}

/** A document is given inline or by its address in S3, never both. */
export function notInOnePlace(document: JsonObject): readonly string[] {
  const places = ['Data', 'Uri'].filter((name) => has(document, name));
  return when(
    places.length !== 1,
    `one of Data and Uri is needed; got: ${places.length === 0 ? 'neither' : 'both'}`,
  );
}

/** The version of the schema, in the spellings that deployed documents have. */
export function wrongSchemaVersion(document: JsonObject): readonly string[] {
  const content = contentOf(document);
  const version = content?.['schemaVersion'];
  return when(
    content !== undefined && version !== 1 && version !== '1.0' && version !== '1',
    `schemaVersion must be 1.0; got: ${shown(version)}`,
  );
}
