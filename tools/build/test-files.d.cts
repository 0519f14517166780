/** A project of Jest. */
export type Project = 'rules' | 'whole' | 'check' | 'nightly';
export const PROJECTS: readonly Project[];
export const root: string;
export function filesNamed(text: string): readonly string[];
export function projectOf(path: string): Project;
export function propertyFiles(): readonly string[];
export function testFiles(): readonly string[];
