import {
  UPDATE,
  PREVIEW,
  deny,
  documents,
  image,
  lines,
  os,
  steps,
  workflows,
  type ClaimCase,
} from './claim-case';
import { changed, type AwsValue } from './proven-deployment';

const noBakes = deny('imagebuilder.ListImagePipelineImages');
const noWorkflows = deny('imagebuilder.ListWorkflowExecutions');
const noSteps = deny('imagebuilder.ListWorkflowStepExecutions');
const noFiles = deny('s3.ListObjectVersions');
const later = (hours: number) =>
  workflows((one) => {
    one.endTime = new Date(Date.parse(one.startTime) + hours * 3_600_000).toISOString();
  });

const AGENTS = ['docker', 'amazon-ecs-agent', 'amazon-ssm-agent', 'ec2launch'].map((name) => ({
  name,
  version: '1.0',
}));

/** A verification whose check of a name has failed; where a family is given, that of its first image. */
const checked = (name: string, detail: string, family?: string) =>
  documents('verifications/', ({ checks, images }) => {
    Object.assign(
      checks.find((one: AwsValue) => one.name === name),
      { ok: false, detail },
    );
    images[0].family = family ?? images[0].family;
  });

/** How AWS shows what images, workflows and documents prove, by the id of the claim. */
export const BAKE_CLAIM_CASES: Readonly<Record<string, ClaimCase>> = {
  'scripts-run-on-powershell-5': {
    holds: {},
    fails: documents('manifests/', () => '{"schema":'),
    withheld: noFiles,
  },
  'containers-start-with-cmd': {
    holds: {},
    fails: documents('verifications/', ({ checks }) => {
      checks.find(({ name }: AwsValue) => name.startsWith('container')).ok = false;
    }),
    withheld: noFiles,
  },
  'sysprep-keeps-layer-store': {
    holds: {},
    fails: documents('verifications/', ({ images }) => {
      images[0].present = false;
    }),
    withheld: noFiles,
  },
  'nat-comes-back-after-sysprep': {
    holds: {},
    fails: documents('verifications/', ({ checks }) => {
      checks.find(({ name }: AwsValue) => name === 'docker').detail = "its network 'nat' was made anew";
    }),
    withheld: noFiles,
  },
  'inspect-has-platform-digest': {
    holds: documents('manifests/', ({ images }) => {
      images.forEach((one: AwsValue) => {
        one.platformDigest = one.digest;
      });
    }),
    fails: documents('failures/', (failure) => {
      Object.assign(failure, {
        step: 'Save-Image',
        code: 'WRONG_IMAGE',
        message: "iis came with the digests ''",
      });
    }),
    withheld: noFiles,
  },
  'docker-answers-in-five-minutes': {
    holds: {},
    fails: checked('docker', 'The Docker engine does not answer after 300 s.'),
    withheld: noFiles,
  },
  'ipconfig-is-in-small-images': {
    holds: documents('verifications/', ({ images }) => {
      images[0].family = 'nanoserver';
    }),
    fails: checked('network nat', "A container on the network nat got no address ('').", 'nanoserver'),
    withheld: noFiles,
  },
  'agents-report-their-versions': {
    holds: documents('manifests/', ({ host }) => {
      host.software = AGENTS;
    }),
    fails: documents('manifests/', ({ host }) => {
      host.software = AGENTS.slice(1);
    }),
    withheld: noFiles,
  },
  'slow-pull-moves-free-space': {
    holds: documents('manifests/', ({ images }) => {
      images[0].pullSeconds = 900;
    }),
    fails: documents('failures/', (failure) => {
      failure.message = "The pull of 'a' was stopped, since hardly a byte came in 600 s.";
    }),
    withheld: noFiles,
  },
  'hotfix-lists-the-update': {
    holds: {
      ...documents('manifests/', ({ host }) => {
        host.updates = ['KB5062572'];
      }),
      ...lines(false, `Takes ${UPDATE}`),
    },
    fails: {
      ...documents('failures/', (failure) => {
        Object.assign(failure, {
          code: 'UPDATE_MISSING',
          message: 'The order wants KB5062572, which is not installed; this Windows has: none.',
        });
      }),
      ...lines(false, `Takes ${UPDATE}`),
    },
    withheld: { ...noFiles, ...lines(false, `Takes ${UPDATE}`) },
  },
  'document-keys-have-no-line-break': {
    holds: {},
    fails: {
      's3.ListObjectVersions': changed((output) =>
        output.Versions.forEach((one: AwsValue) => {
          one.Key = one.Key.replace('.json', '\r\n.json');
        }),
      ),
      's3.GetObject': async (input, simulated) =>
        String(input['Key']).includes('\r\n')
          ? { Body: { transformToString: () => Promise.resolve('{}') }, ETag: '"1"' }
          : simulated(),
    },
    withheld: noFiles,
  },
  'launch-outputs-name-the-instance': {
    holds: {},
    fails: steps((step) => {
      step.outputs = '{"instance":"i-0"}';
    }),
    withheld: noSteps,
  },
  'launch-outputs-outlive-failures': {
    holds: {},
    fails: steps((step) => {
      delete step.outputs;
    }),
    withheld: noSteps,
  },
  'steps-say-why-they-failed': {
    holds: steps((step) => {
      step.message = 'The component failed with exit code 1.';
    }),
    fails: {},
    withheld: noSteps,
  },
  'failed-steps-still-report': {
    holds: {},
    fails: image((one) => {
      one.state.status = 'AVAILABLE';
    }),
    withheld: noFiles,
  },
  'retry-keeps-the-build': {
    holds: {},
    fails: {
      'imagebuilder.ListWorkflowExecutions': changed((output) => {
        output.workflowExecutions.push(output.workflowExecutions[0]);
      }),
    },
    withheld: noWorkflows,
  },
  'workflows-have-iso-instants': {
    holds: {},
    fails: workflows((one) => {
      one.startTime = 'Tue Jul 15 2025';
    }),
    withheld: noWorkflows,
  },
  'workflows-end-with-the-image': {
    holds: {},
    fails: workflows((one) => {
      delete one.endTime;
    }),
    withheld: noWorkflows,
  },
  'execution-policy-is-enough': {
    holds: {},
    fails: image((one) => {
      one.state.reason = 'arn:aws:sts::1:role/x is not authorized to perform: ec2:CreateImage';
    }),
    withheld: noBakes,
  },
  'key-statements-are-enough': {
    holds: {},
    fails: image((one) => {
      one.state.reason = 'The KMS key arn:aws:kms:eu-central-1:1:key/1 is not accessible';
    }),
    withheld: deny('ec2.DescribeSnapshots'),
  },
  'cleaning-spares-image-builder': {
    holds: {},
    fails: steps((step) => {
      step.status = 'FAILED';
    }),
    withheld: noSteps,
  },
  'test-instance-reads-the-scripts': {
    holds: {},
    fails: steps((step) => {
      Object.assign(step, { status: 'FAILED', message: 'The step DownloadScripts failed.' });
    }),
    withheld: noFiles,
  },
  'start-needs-tag-resource': {
    holds: {},
    fails: image((one) => {
      one.tags = {};
    }),
    withheld: deny('imagebuilder.GetImage'),
  },
  'base-ami-is-read-by-the-starter': {
    holds: {},
    fails: image((one) => {
      one.state.reason = 'arn:aws:sts::1:role/x is not authorized to perform: ssm:GetParameter on base';
    }),
    withheld: noSteps,
  },
  'bake-of-2016-takes-8-hours': {
    holds: os('SERVER_2016_FULL'),
    fails: { ...os('SERVER_2016_FULL'), ...later(9) },
    withheld: { ...os('SERVER_2016_FULL'), ...noWorkflows },
  },
  'bake-takes-what-rehearsals-say': { holds: {}, fails: later(5), withheld: noWorkflows },
  'system-drives-windows-update': {
    holds: lines(false, `12:00 Takes KB5062572 ${UPDATE}`),
    fails: {
      ...lines(false, `12:00 Takes KB5062572 ${UPDATE}`),
      ...documents('failures/', (failure) => {
        Object.assign(failure, { step: 'Install-Update', message: 'Windows Update fails: 0x80070005' });
      }),
    },
    withheld: deny('cloudwatch-logs.FilterLogEvents'),
  },
  'updates-are-classified-so': {
    holds: lines(false, `Takes KB5062572 ${UPDATE}`, `Leaves KB5062660 ${PREVIEW}`),
    fails: lines(false, `Takes KB5062572 ${UPDATE}`, `Takes KB5062660 ${PREVIEW}`),
    withheld: lines(false, `Takes KB5062572 ${UPDATE}`),
  },
};
