/** How a parameter's value is checked: any text, or an AMI id that exists in the region. */
export type ParameterType = 'text' | 'aws:ec2:image';

/** The parameters of one region and account, by full name such as `/winbake/2022-core/latest/ami-id`. */
export interface ParameterStore {
  /** The value of a parameter, or undefined where there is none. */
  get(name: string): Promise<string | undefined>;
  /** All parameters below a path, by name. */
  below(path: string): Promise<Readonly<Record<string, string>>>;
  /** Sets a parameter, and returns when the new value can be read. */
  put(name: string, value: string, type: ParameterType): Promise<void>;
}

/** Parameters together with the numbers of their writes, which are 1, 2, 3 and so on, each given once. */
export interface VersionedParameters {
  /** The newest value and its number; 0 where there is none. */
  read(name: string): Promise<{ readonly value: string | undefined; readonly version: number }>;
  /** Sets a text, and gives the number of that write. */
  write(name: string, value: string): Promise<number>;
}
