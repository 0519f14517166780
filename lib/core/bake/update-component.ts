import type { ComponentDocument } from './component-document';
import { PREPARE_SCRIPTS, SCRIPTS_PARAMETERS } from './prepare-scripts';
import { runScript } from './run-script';
import { reportFailure, UPLOAD_PARAMETERS } from './upload-document';

/** What the update component takes for a list of updates that names none: Image Builder passes on no empty text. */
export const NO_UPDATES = 'none';

/**
 * Brings Windows up to date, restarts it until no restart is pending, and then holds its update service, so that the
 * revision stays what it is.
 */
export const UPDATE_COMPONENT: ComponentDocument = {
  name: 'update',
  description: 'Installs the Windows updates of the policy and restarts until no restart is pending.',
  schemaVersion: 1.0,
  parameters: [
    ...UPLOAD_PARAMETERS,
    ...SCRIPTS_PARAMETERS,
    { name: 'ExpectedBuild', description: 'The build of the release that is baked, such as 20348.' },
    { name: 'UpdatePolicy', description: 'What is installed: security, all or none.', default: 'security' },
    {
      name: 'IncludeUpdates',
      description: 'Updates to install besides, such as KB5066782,KB5066136; or none.',
      default: NO_UPDATES,
    },
    {
      name: 'ExcludeUpdates',
      description: 'Updates never to install, such as KB5066782,KB5066136; or none.',
      default: NO_UPDATES,
    },
  ],
  phases: [
    {
      name: 'build',
      steps: [
        ...PREPARE_SCRIPTS,
        // It ends with 3010 after each round that wants a restart, and then runs again.
        runScript({
          name: 'InstallUpdate',
          script: 'steps\\Install-Update.ps1',
          parameters: {
            ExpectedBuild: '{{ ExpectedBuild }}',
            Policy: '{{ UpdatePolicy }}',
            Include: '{{ IncludeUpdates }}',
            Exclude: '{{ ExcludeUpdates }}',
          },
          timeoutSeconds: 14400,
        }),
        ...reportFailure('build'),
      ],
    },
  ],
};
