import type {
  ExecutePowerShellStep,
  ComponentParameter,
  ComponentStep,
  ComponentPhase,
  S3UploadStep,
} from './component-document';

/** Where everything of a bake stands on the instance; it stays in the AMI. */
export const WORK_FOLDER = 'C:\\ProgramData\\Winbake';

/** By it hosts bring own images up to date; it stays in an AMI that has some. */
export const OWN_IMAGE_SCRIPT = 'Update-OwnImage.ps1';

/** Where the instance scripts are expanded to. */
const SCRIPTS_FOLDER = `${WORK_FOLDER}\\scripts`;

/** The archive of the instance scripts, as downloaded. */
const SCRIPTS_ARCHIVE = `${WORK_FOLDER}\\scripts.zip`;

/** Why a step failed, in the work folder while a component runs. */
export const FAILURE_FILE = 'failure.json';

/** One run of an instance script. */
interface ScriptRun {
  readonly name: string;
  /** Below the scripts folder, such as `steps\\Save-Image.ps1`. */
  readonly script: string;
  /** By parameter of the script; a value must not hold a single quote. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/**
 * A step that runs an instance script and ends with its exit code. Where it fails the document goes on to the report, and
 * fails in the end; the scripts between do nothing then. AWSTOE's `file` input takes no arguments, so the script is called
 * from `commands`.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-executepowershell
 */
export function runScript({ script, parameters = {}, ...step }: ScriptRun): ExecutePowerShellStep {
  const given = Object.entries(parameters).map(([name, value]) => ` -${name} '${value}'`);
  return {
    name: step.name,
    action: 'ExecutePowerShell',
    timeoutSeconds: step.timeoutSeconds,
    onFailure: 'Continue',
    inputs: {
      commands: [
        // Without it a script that is missing would be no error, and the step would end with 0.
        "$ErrorActionPreference = 'Stop'",
        `& '${SCRIPTS_FOLDER}\\${script}'${given.join('')}`,
        'exit $LASTEXITCODE',
      ],
    },
  };
}

/** The parameters that `assertHost` refers to. */
export const HOST_PARAMETERS: readonly ComponentParameter[] = [
  { name: 'ExpectedBuild', description: 'The build of the release that is baked, such as 20348.' },
  { name: 'WindowsOs', description: 'The release and edition that is baked, such as SERVER_2022_CORE.' },
];

/**
 * The step with which work on a host begins: release and edition are the ordered ones, no restart is pending, Docker is
 * there, and the revision is still the one that an earlier such step recorded.
 */
export function assertHost(): ExecutePowerShellStep {
  return runScript({
    name: 'AssertHost',
    script: 'steps\\Assert-Host.ps1',
    parameters: { ExpectedBuild: '{{ ExpectedBuild }}', Os: '{{ WindowsOs }}' },
    timeoutSeconds: 900,
  });
}

/**
 * Makes the scripts folder hold what the recipe's archive holds, and nothing else; the only PowerShell that cannot be one
 * of the scripts. It uses .NET alone, whose paths are those of the drive's own file system.
 */
const EXPAND_SCRIPTS: readonly string[] = [
  'Set-StrictMode -Version Latest',
  "$ErrorActionPreference = 'Stop'",
  '$paths = $ExecutionContext.SessionState.Path',
  `$archive = $paths.GetUnresolvedProviderPathFromPSPath('${SCRIPTS_ARCHIVE}')`,
  `$folder = $paths.GetUnresolvedProviderPathFromPSPath('${SCRIPTS_FOLDER}')`,
  '$sha256 = [System.Security.Cryptography.SHA256]::Create()',
  '$hash = $sha256.ComputeHash([System.IO.File]::ReadAllBytes($archive))',
  "$found = [System.BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()",
  "if ($found -ne '{{ ScriptsSha256 }}') {",
  '    [Console]::Error.WriteLine("The scripts at {{ ScriptsUri }} have the SHA-256 $found; the recipe names {{ ScriptsSha256 }}. Deploy the pipeline again.")',
  '    exit 1',
  '}',
  'if ([System.IO.Directory]::Exists($folder)) { [System.IO.Directory]::Delete($folder, $true) }',
  "$null = [System.Reflection.Assembly]::LoadWithPartialName('System.IO.Compression.FileSystem')",
  '[System.IO.Compression.ZipFile]::ExtractToDirectory($archive, $folder)',
];

/** The parameters that `PREPARE_SCRIPTS` refers to. */
export const SCRIPTS_PARAMETERS: readonly ComponentParameter[] = [
  { name: 'ScriptsUri', description: 'Where the archive of the scripts is, such as s3://bucket/key.' },
  { name: 'ScriptsSha256', description: 'The SHA-256 of that archive, in hexadecimal.' },
];

/**
 * The first steps of every component that runs instance scripts: they lay out the scripts of the recipe, whatever was in
 * their folder before. Components do not rely on each other for it, since others may run between them.
 */
export const PREPARE_SCRIPTS: readonly ComponentStep[] = [
  {
    // S3Download makes no folders, and what failed before, in the base AMI even, is no failure of this component.
    name: 'PrepareFolder',
    action: 'ExecutePowerShell',
    timeoutSeconds: 300,
    inputs: {
      commands: [
        "$ErrorActionPreference = 'Stop'",
        `$null = New-Item -ItemType Directory -Force -Path '${WORK_FOLDER}'`,
        `$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath('${WORK_FOLDER}')`,
        `[System.IO.File]::Delete([System.IO.Path]::Combine($folder, '${FAILURE_FILE}'))`,
      ],
    },
  },
  {
    name: 'DownloadScripts',
    action: 'S3Download',
    timeoutSeconds: 600,
    maxAttempts: 3,
    inputs: [{ source: '{{ ScriptsUri }}', destination: SCRIPTS_ARCHIVE, overwrite: true }],
  },
  {
    name: 'ExpandScripts',
    action: 'ExecutePowerShell',
    timeoutSeconds: 600,
    inputs: { commands: [EXPAND_SCRIPTS.join('\n')] },
  },
];

/** A document of the work folder that is uploaded. */
interface DocumentUpload {
  /** The name of the step. */
  readonly name: string;
  readonly file: string;
  readonly folder: 'failures' | 'manifests' | 'verifications';
  readonly onFailure?: 'Continue';
  /** The file without which it is not uploaded; left out, it is the document itself. */
  readonly ifExists?: string;
}

/** The parameters that the steps here refer to. */
export const UPLOAD_PARAMETERS: readonly ComponentParameter[] = [
  { name: 'Bucket', description: 'The bucket of what the instances read and write.' },
  {
    name: 'RoleId',
    description: "The unique id of the instance role, the first part of its documents' keys.",
  },
];

/**
 * The steps with which every component reports, whatever failed before them: the id of the instance, and the upload of its
 * failure document where a step left one. The steps before them go on after a failure (`Continue`), which fails the document
 * all the same; what does the work refuses to begin then.
 */
export function reportFailure(phase: ComponentPhase['name']): readonly ComponentStep[] {
  return [
    // It always runs: AWSTOE may fill in a reference of a step that it then skips.
    runScript({ name: 'DocumentKey', script: 'steps\\Get-DocumentKey.ps1', timeoutSeconds: 300 }),
    // What else there is to upload follows.
    uploadDocument(phase, {
      name: 'UploadFailure',
      file: FAILURE_FILE,
      folder: 'failures',
      onFailure: 'Continue',
    }),
  ];
}

/**
 * A step after `reportFailure` that uploads a document of the work folder under the one key that
 * the instance may write: its role's id and its own, as `aws:userid` has them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse
 */
export function uploadDocument(
  phase: ComponentPhase['name'],
  { name, file, folder, onFailure, ifExists = file }: DocumentUpload,
): S3UploadStep {
  return {
    name,
    action: 'S3Upload',
    if: { fileExists: `${WORK_FOLDER}\\${ifExists}`, then: 'Execute', else: 'Skip' },
    timeoutSeconds: 600,
    ...(onFailure === undefined ? {} : { onFailure }),
    maxAttempts: 3,
    inputs: [
      {
        source: `${WORK_FOLDER}\\${file}`,
        destination: `s3://{{ Bucket }}/${folder}/{{ RoleId }}:{{ ${phase}.DocumentKey.outputs.stdout }}.json`,
      },
    ],
  };
}
