import type { ComponentDocument } from './component-document';

/** Brings Windows up to date, and restarts it so that the registry shows the revision that runs. */
export const UPDATE_OS_COMPONENT: ComponentDocument = {
  name: 'update-os',
  description: 'Installs the Windows updates on offer and restarts.',
  schemaVersion: 1.0,
  phases: [
    {
      name: 'build',
      steps: [
        { name: 'UpdateOS', action: 'UpdateOS', timeoutSeconds: 14400, maxAttempts: 3 },
        { name: 'Reboot', action: 'Reboot', timeoutSeconds: 3600, inputs: { delaySeconds: 0 } },
      ],
    },
  ],
};
