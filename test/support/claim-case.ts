import { changed, denied, type Answers, type AwsValue } from './proven-deployment';

/** How AWS shows a claim to be true, to be false, and how it shows nothing of it. */
export interface ClaimCase {
  /** What the simulated account does not show by itself. */
  readonly holds: Answers;
  readonly fails: Answers;
  readonly withheld: Answers;
}

export const deny = (...operations: readonly string[]): Answers =>
  Object.fromEntries(operations.map((operation) => [operation, denied]));

export function refuse(name: string, message: string) {
  return () => {
    throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
  };
}

export const steps = (change: (step: AwsValue) => void): Answers => ({
  'imagebuilder.ListWorkflowStepExecutions': changed((output) => output.steps.forEach(change)),
});
export const workflows = (change: (workflow: AwsValue) => void): Answers => ({
  'imagebuilder.ListWorkflowExecutions': changed((output) => output.workflowExecutions.forEach(change)),
});
export const image = (change: (image: AwsValue) => void): Answers => ({
  'imagebuilder.GetImage': changed((output) => {
    change(output.image);
  }),
});
export const group = (change: (group: AwsValue) => void): Answers => ({
  'auto-scaling.DescribeAutoScalingGroups': changed((output) => output.AutoScalingGroups.forEach(change)),
});
export const refreshes = (change: (refresh: AwsValue) => void): Answers => ({
  'auto-scaling.DescribeInstanceRefreshes': changed((output) => output.InstanceRefreshes.forEach(change)),
});

/** Another text of the documents below a prefix. */
export const documents = (prefix: string, change: (document: AwsValue) => unknown): Answers => ({
  's3.GetObject': async (input, simulated) => {
    const output: AwsValue = await simulated();
    if (!String(input['Key']).startsWith(prefix)) {
      return output;
    }
    const text = await output.Body.transformToString();
    const value = JSON.parse(text);
    const other = change(value);
    const body = typeof other === 'string' ? other : JSON.stringify(value);
    return {
      ...output,
      Body: Object.assign(output.Body, { transformToString: () => Promise.resolve(body) }),
    };
  },
});

/** Another operating system in what the pipeline says of itself. */
export const os = (name: string): Answers => ({
  'ssm.GetParameter': changed((output, input) => {
    if (String(input['Name']).endsWith('/pipeline')) {
      output.Parameter.Value = output.Parameter.Value.replaceAll('SERVER_2022_CORE', name);
    }
  }),
});

/** Lines of a log: of builds, or where `isMachine` of the state machine. */
export const lines = (isMachine: boolean, ...messages: readonly string[]): Answers => ({
  'cloudwatch-logs.FilterLogEvents': (input) => ({
    events:
      (input['filterPattern'] === undefined) === isMachine
        ? messages.map((message) => ({ message, timestamp: 1_752_000_000_000 }))
        : [],
  }),
});

export const UPDATE =
  '2025-07 Cumulative Update for Microsoft server operating system version 21H2 (KB5062572)';
export const PREVIEW =
  '2025-07 Cumulative Update Preview for Microsoft server operating system version 21H2 (KB5062660)';

export const MACHINE: Answers = {
  'sfn.DescribeStateMachine': changed((output) => {
    const logGroupArn =
      'arn:aws:logs:eu-central-1:111111111111:log-group:/aws/vendedlogs/states/winbake-web:*';
    output.loggingConfiguration = {
      level: 'ALL',
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
    };
  }),
};

export const quotas = (...names: readonly string[]): Answers => ({
  'service-quotas.ListAWSDefaultServiceQuotas': () => ({ Quotas: names.map((QuotaName) => ({ QuotaName })) }),
});
export const QUOTAS = [
  'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
  'AMIs',
  'Number of concurrent builds',
  'Concurrent volume initialization requests',
];

export const lessCapacity = (StatusReason: string): Answers =>
  refreshes((refresh) => {
    Object.assign(refresh, {
      Status: 'Failed',
      StatusReason,
      PercentageComplete: 0,
      ProgressDetails: undefined,
    });
  });

export const ATTRIBUTES: Answers = {
  'ecs.DescribeContainerInstances': changed((output) =>
    output.containerInstances.forEach((host: AwsValue) => {
      host.attributes = [{ name: 'winbake.revision', value: '3932' }];
    }),
  ),
};
export const NO_HOSTS: Answers = { 'ecs.ListContainerInstances': () => ({ containerInstanceArns: [] }) };

export function versions(change: (all: AwsValue[]) => void): Answers {
  return {
    'ec2.DescribeLaunchTemplateVersions': changed((output) => {
      change(output.LaunchTemplateVersions);
    }),
  };
}

export function atCheckpoint(refresh: AwsValue, percentage: number): void {
  refresh.Preferences.CheckpointPercentages = [50];
  Object.assign(refresh, {
    Status: 'Successful',
    PercentageComplete: percentage,
    ProgressDetails: undefined,
  });
}

export function mixed(OnDemandAllocationStrategy: string) {
  return (launch: AwsValue): void => {
    launch.MixedInstancesPolicy = { InstancesDistribution: { OnDemandAllocationStrategy } };
  };
}

export function full(): Answers {
  return {
    ...group((one) => {
      one.MaxSize = one.DesiredCapacity;
    }),
    ...refreshes((one) => {
      one.Status = 'Successful';
    }),
  };
}
