import { Scalar, stringify } from 'yaml';

/**
 * A component document of AWSTOE, the program that runs the steps of Image Builder's components on the instance. Only
 * what Winbake uses is typed, each action with its own inputs.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 */
export interface ComponentDocument {
  readonly name: string;
  readonly description: string;
  readonly schemaVersion: 1.0;
  readonly parameters?: readonly ComponentParameter[];
  readonly phases: readonly ComponentPhase[];
}

/** A text that the recipe gives to the document; its name has at least three characters. */
export interface ComponentParameter {
  readonly name: string;
  readonly description: string;
  /** Taken where the recipe gives nothing; without it the recipe must give a value. */
  readonly default?: string;
}

/** `build` runs on the build instance, `test` on a fresh instance that was started from the new AMI. */
export interface ComponentPhase {
  readonly name: 'build' | 'test';
  readonly steps: readonly ComponentStep[];
}

/**
 * Runs or skips a step by whether a file is there. It is evaluated once, also where the step restarts the machine; a skipped
 * step counts as a success.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-conditional-constructs.html
 */
interface FileCondition {
  readonly fileExists: string;
  readonly then: 'Execute' | 'Skip' | 'Abort';
  readonly else: 'Execute' | 'Skip' | 'Abort';
}

interface StepOptions {
  readonly name: string;
  readonly if?: FileCondition;
  /** Left out, it is 7200. */
  readonly timeoutSeconds?: number;
  /** `Continue` runs the steps that follow and still fails the document. Left out, it is `Abort`. */
  readonly onFailure?: 'Abort' | 'Continue';
  readonly maxAttempts?: number;
}

/** Runs Windows PowerShell; the exit code 3010 restarts the instance and runs the same step again. */
export interface ExecutePowerShellStep extends StepOptions {
  readonly action: 'ExecutePowerShell';
  readonly inputs: { readonly commands: readonly string[] };
}

/** Downloads objects, each to a file in a folder that exists. */
interface S3DownloadStep extends StepOptions {
  readonly action: 'S3Download';
  readonly inputs: readonly {
    readonly source: string;
    readonly destination: string;
    readonly overwrite?: boolean;
  }[];
}

/** Uploads files. */
export interface S3UploadStep extends StepOptions {
  readonly action: 'S3Upload';
  readonly inputs: readonly { readonly source: string; readonly destination: string }[];
}

/** One step of a phase; each action has its own inputs. */
export type ComponentStep = ExecutePowerShellStep | S3DownloadStep | S3UploadStep;

/**
 * The YAML of a component document, keys in AWSTOE's usual order. Parameters become a list of maps with a single key.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html
 */
export function renderComponent({ parameters, phases, ...head }: ComponentDocument): string {
  const schemaVersion = new Scalar(head.schemaVersion);
  schemaVersion.minFractionDigits = 1;
  const declared = parameters?.map(({ name, ...details }) => ({ [name]: { type: 'string', ...details } }));
  const document = {
    ...head,
    schemaVersion,
    ...(declared === undefined ? {} : { parameters: declared }),
    phases,
  };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
