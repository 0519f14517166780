import type { AmiBehaviour } from './ami-behaviour';

/** A way in which an AMI fails once it is published, however well it was verified. */
export interface AmiFault {
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  readonly behaviour: AmiBehaviour;
}

/** The faults that a published AMI can have. What Winbake promises for each stands in docs/faults.md, and a test holds it. */
export const AMI_FAULTS: readonly AmiFault[] = [
  {
    name: 'ami-never-registers',
    description: 'Instances boot and never register with ECS, so that their launch hook abandons them.',
    behaviour: { host: 'hangs', tasks: 'none' },
  },
  {
    name: 'ami-fails-tasks',
    description: 'Instances register, and no task starts on them.',
    behaviour: { host: 'registers', tasks: 'fail' },
  },
];
