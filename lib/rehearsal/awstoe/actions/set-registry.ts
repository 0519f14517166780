import { isJsonObject } from '../../../contract/values/json';
import { unmodelled } from '../../assembly/unmodelled';
import { registryKey } from '../../host/registry-key';
import { DocumentReader } from '../document-reader';
import { SUCCEEDED } from '../step-result';
import { actionOf } from './action';

interface RegistryEntry {
  readonly key: string;
  readonly name: string;
  readonly value: string | number | readonly string[];
}

const TYPES = ['SZ', 'EXPAND_SZ', 'MULTI_SZ', 'DWORD', 'QWORD', 'BINARY'] as const;

/**
 * Sets values of the registry; keys that are missing are made.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-setregistry
 */
export const SET_REGISTRY = actionOf(readEntries, ({ host }, entries) => {
  for (const { key, name, value } of entries) {
    host.setRegistryValue(key, name, value);
  }
  return SUCCEEDED;
});

function readEntries(inputs: unknown, where: string): readonly RegistryEntry[] {
  return DocumentReader.ofList(inputs, where).map((reader) => {
    const path = reader.text('path');
    const key = path.includes('{{') ? path : registryKey(path);
    if (key === undefined) {
      throw reader.wrong('path', 'a path below HKLM: or another of the five hives', path);
    }
    const entry = { key, name: reader.text('name'), value: valueOf(reader) };
    reader.done();
    return entry;
  });
}

function valueOf(reader: DocumentReader): RegistryEntry['value'] {
  const type = TYPES.find((one) => one === reader.text('type'));
  const value = reader.value('value');
  switch (type) {
    case 'SZ':
    case 'EXPAND_SZ':
      if (typeof value === 'string') {
        return value;
      }
      break;
    case 'MULTI_SZ':
      return reader.optionalTexts('value') ?? [];
    case 'DWORD':
    case 'QWORD':
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
        return value;
      }
      break;
    case 'BINARY':
      throw unmodelled(`a value of the type BINARY in ${reader.where}`);
    case undefined:
      throw reader.wrong('type', `one of ${TYPES.join(', ')}`, reader.value('type'));
  }
  throw reader.wrong('value', `a value of the type ${type}`, isJsonObject(value) ? 'a mapping' : value);
}
