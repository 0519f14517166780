import {
  type PipelineInspector,
  type InspectedQuota,
  fine,
  unsure,
  wrong,
  type Check,
  type CheckResult,
  type FleetCheck,
} from './pipeline-inspector';

/** What a region gives to all volumes together unless it was changed. */
const MEBIBYTES_PER_SECOND = 5000;

/** How Service Quotas names the quotas that are looked at, by service. */
export const QUOTA_NAMES = {
  ec2: { processors: /^Running On-Demand Standard/, amis: /^AMIs$/ },
  imagebuilder: { builds: /concurrent builds/i },
  ebs: { volumes: /volume initialization/i },
} as const;

const RAISE = 'Ask for more in Service Quotas.';

/**
 * Whether the region leaves room for a bake's instance and its AMI.
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 */
export const checkEc2Quotas: Check = async ({ inspector }, { imagePipelineArn, retention }) => {
  const pipeline = imagePipelineArn === null ? undefined : await inspector.imagePipeline(imagePipelineArn);
  const quotas = await inspector.quotasOf('ec2');
  return [
    ...(pipeline === undefined ? [] : [await checkProcessors(inspector, quotas, pipeline.instanceTypes)]),
    room(
      'quota AMIs',
      valueOf(quotas, QUOTA_NAMES.ec2.amis),
      await inspector.countAmis(),
      retention.newest + 2,
      'AMIs',
    ),
  ];
};

async function checkProcessors(
  inspector: PipelineInspector,
  quotas: readonly InspectedQuota[],
  types: readonly string[],
): Promise<CheckResult> {
  const check = 'quota EC2 vCPUs';
  if (types.some((type) => !isStandard(type))) {
    return unsure(check, `${types.join(', ')} have a quota of their own`, 'Look at it in Service Quotas.');
  }
  const quota = valueOf(quotas, QUOTA_NAMES.ec2.processors);
  return room(check, quota, await inspector.processorsInUse(), await inspector.processorsOf(types), 'vCPUs');
}

/** Whether Image Builder takes another build. */
export const checkBuildQuota: Check = async ({ inspector }) => {
  const quota = valueOf(await inspector.quotasOf('imagebuilder'), QUOTA_NAMES.imagebuilder.builds);
  return [
    quota === undefined
      ? unsure('quota builds', 'Service Quotas does not tell it', 'It is 100 at once unless it was changed.')
      : room('quota builds', quota, 0, 1, 'builds at once'),
  ];
};

/**
 * Whether the volumes of all fleets of the region may be initialized at once: instances beyond the quota do not start.
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/initalize-volume.html
 */
export const checkVolumeQuota: FleetCheck = async ({ inspector }) => {
  const check = 'quota volume initialization';
  const fleets = await inspector.fleetVolumes();
  if (fleets.length === 0) {
    return [fine(check, 'no fleet of this region asks for a rate')];
  }
  const notified = valueOf(await inspector.quotasOf('ebs'), QUOTA_NAMES.ebs.volumes);
  const quota = notified ?? MEBIBYTES_PER_SECOND;
  const most = fleets.reduce((sum, { maxSize, mebibytesPerSecond }) => sum + maxSize * mebibytesPerSecond, 0);
  const detail =
    `${fleets.map(({ group }) => group).join(', ')} at full size ask for ${most} MiB/s at once, ` +
    `and ${quota} MiB/s is the quota${notified === undefined ? ' unless it was changed' : ''}`;
  return [
    most <= quota
      ? fine(check, detail)
      : wrong(check, `${detail}: instances beyond it fail to start`, `${RAISE} Or lower the rate or size.`),
  ];
};

function room(
  check: string,
  quota: number | undefined,
  used: number,
  needed: number,
  unit: string,
): CheckResult {
  if (quota === undefined) {
    return unsure(check, 'Service Quotas does not tell it', 'Look at it in the console of the service.');
  }
  const detail = `${used} of ${quota} ${unit} are in use, ${needed} are needed`;
  return used + needed <= quota ? fine(check, detail) : wrong(check, detail, RAISE);
}

function valueOf(quotas: readonly InspectedQuota[], name: RegExp): number | undefined {
  return quotas.find((one) => name.test(one.name))?.value;
}

/** Whether a type is of the families that share one quota: A, C, D, H, I, M, R, T, Z. */
export function isStandard(type: string): boolean {
  return /^(a|c|d|h|i|im|is|m|r|t|z)\d/.test(type);
}
