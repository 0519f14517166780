/** Shows people what is under way. */
export interface Progress {
  /** Does a part of the work under a title; `say` tells what it is at. */
  phase<T>(title: string, work: (say: (text: string) => void) => Promise<T>): Promise<T>;
}

/** Shows nothing. */
export const SILENT: Progress = {
  phase: (_title, work) => work(() => undefined),
};
