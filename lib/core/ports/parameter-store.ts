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
