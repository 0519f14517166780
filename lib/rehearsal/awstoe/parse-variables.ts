import { DocumentReader, notValid, shown } from './document-reader';

const NAME = /^[A-Za-z0-9_-]{3,128}$/;

/**
 * The names of a document's parameters, with the defaults of those that have one.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html#user-defined-vars-parameters
 */
export function parseParameters(document: DocumentReader): ReadonlyMap<string, string | undefined> {
  return readVariables(document, 'parameters', (reader) => {
    reader.optionalText('description');
    return reader.optionalText('default');
  });
}

/**
 * The constants of a document by name; none may have the name of a parameter.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html#user-defined-vars-constants
 */
export function parseConstants(
  document: DocumentReader,
  parameters: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string> {
  const constants = readVariables(document, 'constants', (reader) => reader.text('value'));
  const both = [...constants.keys()].find((name) => parameters.has(name));
  if (both !== undefined) {
    throw notValid(document.where, `a constant and a parameter are both called '${both}'`);
  }
  return constants;
}

/** A list of mappings of a single name each. */
function readVariables<T>(
  document: DocumentReader,
  field: 'parameters' | 'constants',
  read: (reader: DocumentReader) => T,
): ReadonlyMap<string, T> {
  const value = document.value(field);
  const variables = new Map<string, T>();
  if (value === undefined) {
    return variables;
  }
  for (const entry of DocumentReader.ofList(value, `${document.where}, ${field}`)) {
    const [name = '', ...others] = entry.names();
    if (!NAME.test(name) || others.length > 0) {
      const got = shown(entry.names().join(', '));
      throw notValid(entry.where, `one name of 3 to 128 letters, digits, - and _ is needed, got: ${got}`);
    }
    if (variables.has(name)) {
      throw notValid(document.where, `two ${field} are called '${name}'`);
    }
    const reader = DocumentReader.of(entry.value(name), `${document.where}, ${field}, ${name}`);
    const type = reader.text('type');
    if (type !== 'string') {
      throw reader.wrong('type', "'string'", type);
    }
    variables.set(name, read(reader));
    reader.done();
  }
  return variables;
}
