/** Where everything of a bake stands on the instance; it stays in the AMI. */
export const WORK_FOLDER = 'C:\\ProgramData\\Winbake';

/** Where the instance scripts are expanded to. */
export const SCRIPTS_FOLDER = `${WORK_FOLDER}\\scripts`;

/** The archive of the instance scripts, as downloaded. */
export const SCRIPTS_ARCHIVE = `${WORK_FOLDER}\\scripts.zip`;

/** Why a step failed, in the work folder while a component runs. */
export const FAILURE_FILE = 'failure.json';
