import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Windows Server 2022 and later come with EC2Launch v2, earlier ones with v1. */
const FIRST_BUILD_WITH_V2 = 20348;

const V2_PROGRAM = 'Program Files/Amazon/EC2Launch/EC2Launch.exe';
const V2_STATE = 'ProgramData/Amazon/EC2Launch/state/.run-once';
const V1_SCRIPT = 'ProgramData/Amazon/EC2-Windows/Launch/Scripts/InitializeInstance.ps1';

/** The file that stands for the scheduled task of EC2Launch v1. */
export const V1_TASK = 'Windows/System32/Tasks/Amazon Ec2 Launch - Instance Initialization';

/** Answers `reset --block` alone, by deleting the file that keeps the tasks of the first boot from running again. */
const V2_TEXT = `#!/bin/sh
if [ "$*" != 'reset --block' ]; then
  echo "the rehearsal does not model 'EC2Launch.exe $*'" >&2
  exit 125
fi
rm -f "$(dirname "$0")/../../../${V2_STATE}"
`;

/** Answers `-Schedule` alone. Its variable that is not set is no error outside of strict mode, as in scripts of others. */
const V1_TEXT = `param([switch]$Schedule)
if (-not $Schedule) { throw "the rehearsal does not model InitializeInstance.ps1 without -Schedule" }
if ($neverSet) { throw 'cannot be' }
$null = New-Item -ItemType File -Force -Path 'C:\\${V1_TASK.replaceAll('/', '\\')}'
`;

/**
 * Lays the launch agent of a release on a pretended drive, as it is after its first boot.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-launch-agents.html
 */
export function layLaunchAgent(drive: string, build: number): void {
  if (build >= FIRST_BUILD_WITH_V2) {
    write(join(drive, V2_PROGRAM), V2_TEXT, 0o755);
    write(join(drive, V2_STATE), '', 0o644);
  } else {
    write(join(drive, V1_SCRIPT), V1_TEXT, 0o644);
  }
}

function write(file: string, text: string, mode: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}
