import type { JsonObject } from '../../../contract/values/json';
import type { Rule } from '../rule';
import {
  asText,
  inside,
  mustBeOneOf,
  mustHave,
  mustOnlyHave,
  number,
  objects,
  shown,
  text,
  twice,
  when,
} from '../values';
import { COMPONENT_ACTIONS, componentAction, wrongInputs } from './component-actions';
import { wrongDeclarations, wrongExpression, wrongLoop } from './component-flow';
import { lostReferences } from './component-actions';
import { wrongName, wrongWholeVersion } from './names';
import { contentOf, notInOnePlace, notYaml, tooLong, wrongSchemaVersion } from './yaml-document';

const GUIDE = 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html';
const MODULES = 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html';
const API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateComponent.html';

const RUN = { name: 'Run', action: 'ExecutePowerShell', inputs: { commands: ['exit 0'] } };

/** The inline data of a component that is accepted, changed. */
function data(change: JsonObject): JsonObject {
  return {
    Data: JSON.stringify({ schemaVersion: 1.0, phases: [{ name: 'build', steps: [RUN] }], ...change }),
  };
}

const withStep = (step: JsonObject): JsonObject => data({ phases: [{ name: 'build', steps: [step] }] });

/** A component that is accepted. */
export const COMPONENT_EXAMPLE: JsonObject = {
  Name: 'monitoring-agent',
  Version: '1.0.0',
  Platform: 'Windows',
  ...data({}),
};

function phases(document: JsonObject): readonly JsonObject[] {
  return objects(contentOf(document), 'phases');
}

/** What a check finds in each step. */
function eachStep(document: JsonObject, check: (step: JsonObject) => readonly string[]): readonly string[] {
  return phases(document).flatMap((phase) =>
    objects(phase, 'steps').flatMap((step) =>
      inside(`step ${String(phase['name'])}.${String(step['name'])}`, check(step)),
    ),
  );
}

/** What `CreateComponent` refuses, or AWSTOE on the instance before it runs anything. */
export const COMPONENT_RULES: readonly Rule[] = [
  {
    id: 'component/name',
    source: API,
    wayOut: 'Rename the component.',
    refused: { Name: 'agent/monitoring' },
    check: wrongName,
  },
  {
    id: 'component/version',
    source: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2439',
    wayOut:
      'Keep the version: other content under it is a new build of it. Quote it, or YAML makes a number of it.',
    refused: { Version: '1.0.x' },
    check: wrongWholeVersion,
  },
  {
    id: 'component/platform',
    source: API,
    wayOut: 'Spell it as the service does.',
    refused: { Platform: 'windows' },
    check: (document) => mustBeOneOf(document, 'Platform', ['Windows', 'Linux', 'macOS']),
  },
  {
    id: 'component/os-versions',
    source: API,
    wayOut: 'Leave the list out, or shorten it.',
    refused: { SupportedOsVersions: [] },
    check: (document) => {
      const versions = document['SupportedOsVersions'];
      return when(
        Array.isArray(versions) && (versions.length < 1 || versions.length > 25),
        `SupportedOsVersions must be a list of 1 to 25; got: ${shown(versions)}`,
      );
    },
  },
  {
    id: 'component/place',
    source: API,
    wayOut: 'Keep the document inline in Data, or name its object with Uri.',
    refused: { Uri: 's3://bucket/component.yml' },
    check: notInOnePlace,
  },
  {
    id: 'component/size',
    source: API,
    wayOut: 'Keep scripts in S3 and download them, or put the document into S3 and name it with Uri.',
    refused: data({ description: '-'.repeat(16_000) }),
    check: tooLong,
  },
  {
    id: 'component/yaml',
    source: GUIDE,
    wayOut: 'Mend the YAML; it is indented with spaces, never with tabs.',
    refused: { Data: 'schemaVersion: 1.0\nphases:\n\t- name: build\n' },
    check: notYaml,
  },
  {
    id: 'component/schema-version',
    source: GUIDE,
    wayOut: 'The only version of the schema is 1.0.',
    refused: data({ schemaVersion: '2.2' }),
    check: wrongSchemaVersion,
  },
  {
    id: 'component/fields',
    source: GUIDE,
    wayOut: 'Correct the name of the field, or leave it out.',
    refused: data({ mainSteps: [] }),
    check: (document) =>
      mustOnlyHave(contentOf(document) ?? {}, 'the document', [
        'name',
        'description',
        'schemaVersion',
        'parameters',
        'constants',
        'phases',
      ]),
  },
  {
    id: 'component/phases',
    source: GUIDE,
    wayOut: 'Name each phase once, and at least one of build, validate and test.',
    refused: data({ phases: [{ name: 'install', steps: [RUN] }] }),
    check: (document) => {
      const content = contentOf(document);
      const names = phases(document).map(({ name }) => String(name));
      const isKnown = names.some((name) =>
        ['build', 'validate', 'test', 'container-host-test'].includes(name),
      );
      return [
        ...when(
          content !== undefined && !isKnown && names.every((name) => asText(name) !== undefined),
          `phases must hold build, validate or test; got: ${shown(names)}`,
        ),
        ...twice(names).map((name) => `phases must have names of their own; got: ${name} twice`),
        ...phases(document)
          .filter((phase) => !Array.isArray(phase['steps']))
          .map((phase) => `phase ${String(phase['name'])} needs steps; got: ${shown(phase['steps'])}`),
        ...phases(document).flatMap((phase) => mustHave(phase, 'a phase', ['name'])),
      ];
    },
  },
  {
    id: 'component/step-name',
    source: GUIDE,
    wayOut: 'Write it with letters, digits, - and _; what it does belongs into its description.',
    refused: withStep({ ...RUN, name: 'Install PowerShell' }),
    check: (document) =>
      eachStep(document, ({ name }) =>
        when(
          asText(name) !== undefined && !/^[A-Za-z0-9_-]+$/.test(String(name)),
          `its name must have letters, digits, - and _ only; got: ${shown(name)}`,
        ),
      ),
  },
  {
    id: 'component/step-twice',
    source: GUIDE,
    wayOut: 'Rename one.',
    refused: data({ phases: [{ name: 'build', steps: [RUN, RUN] }] }),
    check: (document) =>
      phases(document).flatMap((phase) =>
        twice(objects(phase, 'steps').map(({ name }) => String(name))).map(
          (name) =>
            `steps of phase ${String(phase['name'])} must have names of their own; got: ${name} twice`,
        ),
      ),
  },
  {
    id: 'component/step-fields',
    source: GUIDE,
    wayOut: 'Correct the name of the field, or leave it out.',
    refused: withStep({ ...RUN, timeout: 60 }),
    check: (document) =>
      eachStep(document, (step) => [
        ...mustHave(step, 'it', ['name', 'action']),
        ...mustOnlyHave(step, 'it', [
          'name',
          'description',
          'action',
          'timeoutSeconds',
          'onFailure',
          'maxAttempts',
          'inputs',
          'if',
          'loop',
        ]),
      ]),
  },
  {
    id: 'component/action',
    source: MODULES,
    wayOut: 'Spell it as the guide does.',
    refused: withStep({ ...RUN, action: 'ExecutePowershell' }),
    check: (document) =>
      eachStep(document, ({ action }) =>
        when(
          asText(action) !== undefined && componentAction(action) === undefined,
          `it needs a known action; got: ${shown(action)}; known are ${Object.keys(COMPONENT_ACTIONS).join(', ')}`,
        ),
      ),
  },
  {
    id: 'component/action-platform',
    source: MODULES,
    wayOut: 'Use ExecutePowerShell on Windows and ExecuteBash elsewhere.',
    refused: withStep({ ...RUN, action: 'ExecuteBash' }),
    check: (document) => {
      const platform = text(document, 'Platform');
      return eachStep(document, ({ action }) => {
        const { platforms } = componentAction(action) ?? {};
        return when(
          platform !== undefined && platforms !== undefined && !platforms.includes(platform),
          `${String(action)} runs on ${platforms?.join(', ') ?? ''}; got: ${platform ?? ''}`,
        );
      });
    },
  },
  {
    id: 'component/inputs',
    source: 'https://github.com/CloudSnorkel/cdk-github-runners/issues/964',
    wayOut: 'Give what the action needs, or leave the step out; quote a command with a colon in it.',
    refused: withStep({ name: 'Download', action: 'S3Download', inputs: [] }),
    check: (document) =>
      eachStep(document, ({ action, inputs }) => [
        ...wrongInputs(String(action), inputs),
        ...(action === 'Assert' ? wrongExpression(inputs) : []),
      ]),
  },
  {
    id: 'component/on-failure',
    source: GUIDE,
    wayOut: 'A failure that is tolerated is Ignore; Continue goes on and fails in the end.',
    refused: withStep({ ...RUN, onFailure: 'abort' }),
    check: (document) =>
      eachStep(document, (step) => mustBeOneOf(step, 'onFailure', ['Abort', 'Continue', 'Ignore'])),
  },
  {
    id: 'component/timeout',
    source: GUIDE,
    wayOut: '-1 is no limit at all; left out, it is 7200.',
    refused: withStep({ ...RUN, timeoutSeconds: 0 }),
    check: (document) =>
      eachStep(document, (step) =>
        wrongCount(step, 'timeoutSeconds', '1 or more, or -1', (one) => one === -1),
      ),
  },
  {
    id: 'component/attempts',
    source: GUIDE,
    wayOut: 'Left out, it is 1.',
    refused: withStep({ ...RUN, maxAttempts: 0 }),
    check: (document) => eachStep(document, (step) => wrongCount(step, 'maxAttempts', '1 or more')),
  },
  {
    id: 'component/condition',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-conditional-constructs.html',
    wayOut: 'Use one operator, with and, or and not for several.',
    refused: withStep({ ...RUN, if: { fileMissing: 'C:\\agent.exe', then: 'Execute' } }),
    check: (document) =>
      eachStep(document, (step) => ('if' in step ? inside('if', wrongExpression(step['if'])) : [])),
  },
  {
    id: 'component/loop',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-looping-constructs.html',
    wayOut: 'Count with for, or name what to go through with forEach.',
    refused: withStep({ ...RUN, loop: { name: 'again', for: { start: 1, end: 3, updateBy: 0 } } }),
    check: (document) =>
      eachStep(document, (step) => ('loop' in step ? inside('loop', wrongLoop(step['loop'])) : [])),
  },
  {
    id: 'component/declarations',
    source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html',
    wayOut: 'Declare each as an entry of a list: - Name, and under it type: string.',
    refused: data({ parameters: [{ Id: { type: 'string' } }] }),
    check: (document) => wrongDeclarations(contentOf(document) ?? {}),
  },
  {
    id: 'component/reference',
    source: `${GUIDE}#document-chaining`,
    wayOut: 'Declare the parameter, or refer to an earlier step of a phase that runs on the same instance.',
    refused: withStep({ ...RUN, inputs: { commands: ["Install-Agent -Version '{{ AgentVersion }}'"] } }),
    check: (document) => lostReferences(contentOf(document) ?? {}),
  },
];

function wrongCount(
  step: JsonObject,
  name: string,
  needed: string,
  isException: (count: number) => boolean = () => false,
): readonly string[] {
  const value = step[name];
  if (value === undefined || value === null || asText(value) === undefined) {
    return [];
  }
  const count = number(step, name);
  const isRight = count !== undefined && Number.isInteger(count) && (count >= 1 || isException(count));
  return when(!isRight, `${name} must be a whole number of ${needed}; got: ${shown(value)}`);
}
