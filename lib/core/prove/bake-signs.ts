import {
  type Failure,
  failureSchema,
  imageManifestSchema,
  verificationSchema,
} from '../../contract/documents/evidence';
import { PIPELINE_TAG } from '../../contract/names/resources';
import { instanceIdIn } from '../bake/bake-end';
import type { SeenBake, SeenWorkflow } from './facts';
import {
  checkSign,
  type ClaimSigns,
  decided,
  denialsIn,
  encryptedWithoutDenial,
  inEach,
  launchesIn,
  ofBakes,
  ofVerifications,
  parsed,
  parses,
  shortName,
  type Sign,
  within,
  withoutDenial,
} from './sign';

const NO_BAKE = 'The pipeline has no finished bake yet: winbake pipeline rebake NAME --reason "to see it".';
const NO_FAILED_BAKE = 'No bake has failed so yet.';
const HOUR = 3_600_000;
const SLOW_PULL_SECONDS = 600;
/** No such command, or words of another language; an address that Windows gave itself is no fault of it. */
const NO_IPCONFIG = /ipconfig|got no address \(''\)/i;
const TAKEN_CUMULATIVE = /\bTakes .*Cumulative Update for (?:Microsoft server|Windows)/i;

/** What images, their workflows and the documents of their instances say. */
export const BAKE_SIGNS: Readonly<Record<string, ClaimSigns>> = {
  'scripts-run-on-powershell-5': {
    ifNone: NO_BAKE,
    signs: (facts) => [
      ...inEach(facts.manifests, (file) => parses(file, imageManifestSchema, 'winbake.image-manifest/1')),
      ...inEach(facts.verifications, (file) => parses(file, verificationSchema, 'winbake.verification/1')),
    ],
  },
  'containers-start-with-cmd': ofVerifications(({ checks }) =>
    checks.filter(({ name }) => name.startsWith('container ')).map(checkSign),
  ),
  'sysprep-keeps-layer-store': ofVerifications(({ images }) =>
    images.map(({ family, present }) => decided(present, `image ${family}: ${present ? 'present' : 'gone'}`)),
  ),
  'nat-comes-back-after-sysprep': ofVerifications(({ checks }) =>
    checks
      .filter(({ name }) => name === 'network nat' || name === 'docker')
      .map(({ detail, name, ok }) =>
        decided(ok && !detail.includes('made anew'), `check ${name}: ${ok ? 'ok' : 'failed'} ${detail}`),
      ),
  ),
  'docker-answers-in-five-minutes': ofVerifications(({ checks }) =>
    checks
      .filter(({ detail, name, ok }) => name === 'docker' && (ok || detail.includes('does not answer after')))
      .map(checkSign),
  ),
  'inspect-has-platform-digest': {
    ifNone: NO_BAKE,
    // A manifest of older scripts, which pulled by the index, says nothing of it.
    signs: ({ failures, manifests }) => [
      ...inEach(failures, (file) => {
        const { code, message = '', step } = parsed(file, failureSchema) ?? {};
        return step === 'Save-Image' && code === 'WRONG_IMAGE' && message.includes('came with the digests')
          ? { against: `${file.key}: ${message}` }
          : undefined;
      }),
      ...inEach(manifests, (file) => {
        const { finishedAt = null, images = [] } = parsed(file, imageManifestSchema) ?? {};
        return finishedAt !== null && images.every(({ platformDigest }) => platformDigest !== undefined)
          ? { for: `${file.key}: ${images.length} images by platform digest` }
          : undefined;
      }),
    ],
  },
  'agents-report-their-versions': {
    ifNone: NO_BAKE,
    signs: ({ manifests, os }) =>
      inEach(manifests, (file) => {
        const software = parsed(file, imageManifestSchema)?.host.software;
        const agents = ['docker', 'amazon-ecs-agent', 'amazon-ssm-agent', ...(isV2(os) ? ['ec2launch'] : [])];
        const missing = agents.filter((agent) => software?.every(({ name }) => name !== agent));
        return software === undefined
          ? undefined
          : decided(
              missing.length === 0,
              missing.length === 0
                ? `${file.key}: ${software.map(({ name, version }) => `${name} ${version}`).join(', ')}`
                : `${file.key}: without ${missing.join(', ')}`,
            );
      }),
  },
  'slow-pull-moves-free-space': {
    ifNone: 'No pull has taken longer than ten minutes yet; a bake of 2016 has such.',
    signs: ({ failures, manifests }) => [
      ...inEach(failures, (file) => {
        const { message = '' } = parsed(file, failureSchema) ?? {};
        return message.includes('hardly a byte came') ? { against: `${file.key}: ${message}` } : undefined;
      }),
      ...inEach(manifests, (file) =>
        (parsed(file, imageManifestSchema)?.images ?? [])
          .filter(({ pullSeconds }) => pullSeconds > SLOW_PULL_SECONDS)
          .map(({ family, pullSeconds }) => ({
            for: `${file.key}: ${family} was pulled for ${Math.round(pullSeconds)} s, and not stopped`,
          })),
      ),
    ],
  },
  'hotfix-lists-the-update': {
    ifNone: 'No bake has installed a cumulative update and listed it yet; one on Patch Tuesday does.',
    signs: ({ failures, manifests, updateLines }) =>
      within(updateLines, (lines) => {
        const taken = lines.flatMap((line) =>
          TAKEN_CUMULATIVE.test(line) ? (/\bKB\d{6,8}\b/.exec(line) ?? []) : [],
        );
        return [
          ...inEach(failures, (file) => {
            const failure = parsed(file, failureSchema);
            const kb = taken.find((one) => failure?.message.includes(`${one}, which is not installed`));
            return failure?.code === 'UPDATE_MISSING' && kb !== undefined
              ? { against: `${file.key}: ${kb} was installed; ${failure.message}` }
              : undefined;
          }),
          ...inEach(manifests, (file) => {
            const updates = parsed(file, imageManifestSchema)?.host.updates ?? [];
            const kb = taken.find((one) => updates.includes(one));
            return kb === undefined ? undefined : { for: `${file.key} lists ${kb}, which was installed` };
          }),
        ];
      }),
  },
  'ipconfig-is-in-small-images': {
    ifNone: 'No bake with nanoserver, iis or aspnet before all others was verified yet.',
    signs: ({ verifications }) =>
      inEach(verifications, (file) => {
        const { checks = [], images = [] } = parsed(file, verificationSchema) ?? {};
        // The check runs it in the first image.
        const { family = '' } = images[0] ?? {};
        return ['nanoserver', 'iis', 'aspnet'].includes(family)
          ? checks
              .filter(({ detail, name, ok }) => name === 'network nat' && (ok || NO_IPCONFIG.test(detail)))
              .map(({ detail, name, ok }) => decided(ok, `check ${name} in ${family}: ${detail}`))
          : undefined;
      }),
  },
  'document-keys-have-no-line-break': ofBakes(NO_BAKE, (bake, { manifests }) =>
    bake.status !== 'AVAILABLE'
      ? undefined
      : withInstance(bake, 'BUILD', (instance) =>
          within(manifests, (files) => {
            // One that is missing may be older than the newest, or removed.
            const key = files.find((one) => one.key.includes(instance))?.key;
            return key === undefined
              ? undefined
              : decided(key.endsWith(`:${instance}.json`), `manifest ${JSON.stringify(key)}`);
          }),
        ),
  ),
  'launch-outputs-name-the-instance': ofBakes(NO_BAKE, (bake) =>
    inEach(bake.workflows, ({ steps, type }) =>
      launchesIn(steps).map((step) =>
        decided(
          instanceIdIn(step.outputs) !== undefined,
          `${type} ${step.name}: outputs ${step.outputs || 'none'}`,
        ),
      ),
    ),
  ),
  'launch-outputs-outlive-failures': ofBakes(NO_FAILED_BAKE, (bake) =>
    inEach(bake.workflows, ({ status, steps, type }) =>
      ['FAILED', 'ROLLBACK_COMPLETED'].includes(status)
        ? launchesIn(steps).map((step) =>
            decided(
              step.outputs !== '',
              `${shortName(bake.arn)} ${type} ${status}, ${step.name}: outputs ${step.outputs || 'none'}`,
            ),
          )
        : undefined,
    ),
  ),
  'steps-say-why-they-failed': ofBakes(NO_FAILED_BAKE, (bake) =>
    inEach(bake.workflows, ({ steps }) =>
      steps
        .filter(({ name, status }) => status === 'FAILED' && name.startsWith('Apply'))
        .map(({ message, name }) =>
          decided(
            /exit code|\.ps1|line \d+/i.test(message),
            `${name} of ${shortName(bake.arn)}: ${message || 'no message'}`,
          ),
        ),
    ),
  ),
  'failed-steps-still-report': ofBakes(NO_FAILED_BAKE, (bake, { failures }) =>
    withInstance(bake, 'BUILD', (instance) =>
      within(failures, (files) => {
        const file = files.find(({ key }) => key.includes(instance));
        return file === undefined || !['AVAILABLE', 'FAILED'].includes(bake.status)
          ? undefined
          : decided(bake.status === 'FAILED', `${file.key}, and ${shortName(bake.arn)} is ${bake.status}`);
      }),
    ),
  ),
  'retry-keeps-the-build': ofBakes('No test has been tried again yet.', (bake) =>
    within(bake.workflows, (workflows) => {
      const [builds, tests] = ['BUILD', 'TEST'].map((type) => workflows.filter((one) => one.type === type));
      return tests === undefined || tests.length < 2
        ? undefined
        : decided(
            builds?.length === 1,
            `${shortName(bake.arn)}: ${builds?.length ?? 0} build and ${tests.length} test workflows`,
          );
    }),
  ),
  'workflows-have-iso-instants': ofBakes(NO_BAKE, (bake) =>
    inEach(bake.workflows, ({ endTime, startTime, type }) =>
      endTime === ''
        ? undefined
        : decided(
            [startTime, endTime].every((text) => ISO.test(text)),
            `${type}: ${startTime} to ${endTime}`,
          ),
    ),
  ),
  'workflows-end-with-the-image': ofBakes(NO_BAKE, (bake, { latest }) =>
    within(latest, (publication) =>
      bake.status !== 'AVAILABLE' || publication?.imageBuildVersionArn !== bake.arn
        ? undefined
        : inEach(bake.workflows, ({ endTime, type }) =>
            decided(
              endTime !== '' && Date.parse(endTime) <= Date.parse(publication.at),
              `${type} ended ${endTime || 'never'}, published ${publication.at}`,
            ),
          ),
    ),
  ),
  'execution-policy-is-enough': ofBakes(NO_BAKE, (bake) => withoutDenial(bake)),
  'key-statements-are-enough': ofBakes('No bake has made an AMI for another account yet.', (bake, facts) =>
    facts.accounts.length === 0 ? undefined : encryptedWithoutDenial(bake, facts),
  ),
  'cleaning-spares-image-builder': ofBakes(NO_BAKE, (bake) =>
    inEach(bake.workflows, ({ steps }) =>
      steps
        .filter(({ name, status }) => name === 'RunSysPrepScript' && ['COMPLETED', 'FAILED'].includes(status))
        .map(({ message, name, status }) =>
          decided(status === 'COMPLETED', `${name} of ${shortName(bake.arn)}: ${status} ${message}`.trim()),
        ),
    ),
  ),
  'test-instance-reads-the-scripts': ofBakes(NO_BAKE, (bake, { verifications }) => [
    ...inEach(bake.workflows, ({ steps, type }) =>
      steps
        .filter(
          ({ message, status }) => type === 'TEST' && status === 'FAILED' && /DownloadScripts/.test(message),
        )
        .map(({ message }) => ({ against: `test of ${shortName(bake.arn)}: ${message}` })),
    ),
    ...withInstance(bake, 'TEST', (instance) =>
      within(verifications, (files) => {
        const key = files.find((one) => one.key.includes(instance))?.key;
        return key === undefined ? undefined : { for: `the scripts of ${instance} wrote ${key}` };
      }),
    ),
  ]),
  'start-needs-tag-resource': ofBakes(NO_BAKE, (bake) =>
    decided(
      bake.tags[PIPELINE_TAG] !== undefined,
      `${shortName(bake.arn)}: tags ${Object.keys(bake.tags).join(', ') || 'none'}`,
    ),
  ),
  'base-ami-is-read-by-the-starter': ofBakes(NO_BAKE, (bake) =>
    within(bake.workflows, (workflows) => {
      const denied = denialsIn(bake, workflows)
        .map((text) => /not authorized to perform: ssm:GetParameters?\b/.exec(text))
        .find((one) => one !== null);
      return denied !== undefined
        ? { against: `${shortName(bake.arn)}: ${denied[0]}` }
        : workflows.some(({ steps }) => launchesIn(steps).length > 0)
          ? { for: `${shortName(bake.arn)} launched its instance from the base AMI` }
          : undefined;
    }),
  ),
  'bake-of-2016-takes-8-hours': ofBakes('No bake of Windows Server 2016 has ended yet.', (bake, { os }) =>
    os.includes('2016') ? durationSign(bake, 0, 8) : undefined,
  ),
  'bake-takes-what-rehearsals-say': ofBakes(NO_BAKE, (bake) =>
    durationSign(bake, 45 / 60 / 2, (45 / 60) * 2),
  ),
  'system-drives-windows-update': {
    ifNone: 'No bake has installed an update yet; one on Patch Tuesday does.',
    signs: ({ failures, updateLines }) => [
      ...inEach(failures, (file) => {
        const failure = parsed(file, failureSchema);
        return failure !== undefined && isDeniedUpdate(failure)
          ? { against: `${file.key}: ${failure.message}` }
          : undefined;
      }),
      ...inEach(updateLines, (line) => (/\bTakes /.test(line) ? { for: line.trim() } : undefined)),
    ],
  },
  'updates-are-classified-so': {
    ifNone: 'No bake has seen a cumulative update and a preview yet.',
    signs: ({ updateLines }) => within(updateLines, classifiedSigns),
  },
};

/** EC2Launch is a program of its own from 2022 on. */
function isV2(os: string): boolean {
  return /20(22|25)/.test(os);
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** A preview that is taken and a cumulative update that is left contradict; it takes both kinds of lines to agree. */
function classifiedSigns(lines: readonly string[]): readonly Sign[] {
  const offered = lines
    .filter((line) => /Cumulative Update/i.test(line) && !/\.NET/.test(line))
    .map((line) => ({ line: line.trim(), isTaken: /\bTakes /.test(line), isPreview: /Preview/i.test(line) }));
  const wrong = offered.filter(({ isPreview, isTaken }) => isPreview === isTaken);
  const right = offered.filter((one) => !wrong.includes(one));
  const isWhole = right.some(({ isPreview }) => isPreview) && right.some(({ isPreview }) => !isPreview);
  return [
    ...wrong.map(({ line }) => ({ against: line })),
    ...(isWhole ? [...new Map(right.map(({ isPreview, line }) => [isPreview, line])).values()] : []).map(
      (line) => ({
        for: line,
      }),
    ),
  ];
}

/** What Windows says to those who may not drive its update agent. */
function isDeniedUpdate({ message, step }: Failure): boolean {
  return step === 'Install-Update' && message.includes('0x80070005');
}

function withInstance(
  { workflows }: SeenBake,
  type: 'BUILD' | 'TEST',
  find: (instance: string) => readonly Sign[],
): readonly Sign[] {
  return inEach(workflows, (one) =>
    one.type === type
      ? launchesIn(one.steps).flatMap(({ outputs }) => {
          const instance = instanceIdIn(outputs);
          return instance === undefined ? [] : find(instance);
        })
      : [],
  );
}

function durationSign(bake: SeenBake, least: number, most: number): readonly Sign[] {
  return bake.status !== 'AVAILABLE' ? [] : within(bake.workflows, (all) => spanSign(bake, all, least, most));
}

function spanSign(
  { arn }: SeenBake,
  workflows: readonly SeenWorkflow[],
  least: number,
  most: number,
): Sign | undefined {
  const hours =
    (Math.max(...instants(workflows, 'endTime')) - Math.min(...instants(workflows, 'startTime'))) / HOUR;
  return Number.isFinite(hours)
    ? decided(hours >= least && hours <= most, `${shortName(arn)} took ${hours.toFixed(1)} h`)
    : undefined;
}

function instants(workflows: readonly SeenWorkflow[], member: 'startTime' | 'endTime'): readonly number[] {
  return workflows.map((one) => Date.parse(one[member])).filter((time) => !Number.isNaN(time));
}
