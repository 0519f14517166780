import validate from 'asl-validator';
import { REBAKE_DEFINITION } from '../../lib/pipeline/rebake/rebake';

/** As it is after deployment. */
function deployed(definition: object = REBAKE_DEFINITION): Record<string, unknown> {
  const text = JSON.stringify(definition)
    .replaceAll('${Partition}', 'aws')
    .replaceAll('${PipelineName}', '2022-core')
    .replaceAll('${DecideFunctionArn}', 'arn:aws:lambda:eu-central-1:123456789012:function:decide')
    .replaceAll('${PublishFunctionArn}', 'arn:aws:lambda:eu-central-1:123456789012:function:publish')
    .replaceAll(
      '${ImagePipelineArn}',
      'arn:aws:imagebuilder:eu-central-1:123456789012:image-pipeline/winbake-2022-core',
    );
  expect(text).not.toContain('${');
  return JSON.parse(text) as Record<string, unknown>;
}

const states = REBAKE_DEFINITION.States;

test('the definition is valid', () => {
  expect(validate(deployed())).toMatchObject({ isValid: true });
});

test('the validator notices a state that is not there, and a field that is unknown', () => {
  const lost = { ...states, GetImage: { ...states.GetImage, Next: 'Nowhere' } };
  expect(validate(deployed({ ...REBAKE_DEFINITION, States: lost })).isValid).toBe(false);
  const odd = { ...states, WaitForImage: { ...states.WaitForImage, Minutes: 2 } };
  expect(validate(deployed({ ...REBAKE_DEFINITION, States: odd })).isValid).toBe(false);
});

test('a bake is started once per order, however often the call is made', () => {
  expect(states.StartBake.Parameters['ClientToken.$']).toBe('$.clientToken');
});
