import type { DocumentStore, ParameterStore, VersionedParameters } from '../../lib/core/ports/stores';

/** A bucket in memory whose objects can be looked at. */
export interface MemoryDocuments extends DocumentStore {
  readonly texts: Map<string, string>;
}

/** Documents in memory; versions count the writes. */
export function memoryDocuments(initial: Readonly<Record<string, unknown>> = {}): MemoryDocuments {
  const texts = new Map<string, string>();
  const versions = new Map<string, string>();
  let writes = 0;
  const put = (key: string, text: string): void => {
    writes += 1;
    texts.set(key, text);
    versions.set(key, String(writes));
  };
  for (const [key, document] of Object.entries(initial)) {
    put(key, typeof document === 'string' ? document : JSON.stringify(document));
  }
  return {
    texts,
    read: (key) => {
      const text = texts.get(key);
      return Promise.resolve(text === undefined ? undefined : { text, version: versions.get(key)! });
    },
    write: (key, text, version) => {
      if (versions.get(key) !== version) {
        return Promise.resolve(false);
      }
      put(key, text);
      return Promise.resolve(true);
    },
    overwrite: (key, text) => {
      put(key, text);
      return Promise.resolve();
    },
  };
}

/** Parameters in memory, with the order in which they were put. */
export interface MemoryParameters extends ParameterStore {
  /** The same parameters with the numbers of their writes. */
  readonly versioned: VersionedParameters;
  readonly values: Map<string, string>;
  readonly puts: string[];
  /** The parsed JSON of a parameter. */
  json(name: string): unknown;
}

/** A region's parameters; values that are no text are kept as JSON. */
export function memoryParameters(initial: Readonly<Record<string, unknown>> = {}): MemoryParameters {
  const values = new Map(
    Object.entries(initial).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const puts: string[] = [];
  const versions = new Map([...values.keys()].map((name) => [name, 1]));
  const write = (name: string, value: string) => {
    const version = (versions.get(name) ?? 0) + 1;
    values.set(name, value);
    versions.set(name, version);
    return Promise.resolve(version);
  };
  return {
    values,
    puts,
    versioned: {
      read: (name) => Promise.resolve({ value: values.get(name), version: versions.get(name) ?? 0 }),
      write,
    },
    json: (name) => JSON.parse(values.get(name) ?? 'null') as unknown,
    get: (name) => Promise.resolve(values.get(name)),
    below: (path) =>
      Promise.resolve(Object.fromEntries([...values].filter(([name]) => name.startsWith(`${path}/`)))),
    put: async (name, value) => {
      puts.push(name);
      await write(name, value);
    },
  };
}
