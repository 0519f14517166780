import type { ExitCode } from './exit-code';

/** Tells the exit code that a command ends with. */
export type Finish = (exitCode: ExitCode) => void;
