import {
  GetParameterCommand,
  GetParametersCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
  TooManyUpdates,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import {
  readParameters,
  ssmParameterStore,
  ssmVersionedParameters,
} from '../../lib/aws/stores/ssm-parameter-store';

jest.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

const ssm = mockClient(SSMClient);
const store = ssmParameterStore(new SSMClient({ region: 'eu-central-1' }));
const AMI = 'ami-0fedcba9876543210';
beforeEach(() => ssm.reset());

test('a parameter is read, and one that is not there is undefined', async () => {
  ssm.on(GetParameterCommand, { Name: '/a' }).resolves({ Parameter: { Value: 'text' } });
  ssm
    .on(GetParameterCommand, { Name: '/b' })
    .rejects(new ParameterNotFound({ message: 'none', $metadata: {} }));
  ssm.on(GetParameterCommand, { Name: '/c' }).rejects(new Error('throttled'));
  expect(await store.get('/a')).toBe('text');
  expect(await store.get('/b')).toBeUndefined();
  await expect(store.get('/c')).rejects.toThrow('throttled');
});

test('parameters are read with their versions in one call, and one that is not there has none', async () => {
  ssm
    .on(GetParametersCommand, { Names: ['/a', '/b'] })
    .resolves({ Parameters: [{ Name: '/b', Value: 'text', Version: 3 }], InvalidParameters: ['/a'] });
  const read = await readParameters(new SSMClient({ region: 'eu-central-1' }), ['/a', '/b']);
  expect([...read]).toEqual([
    ['/a', { value: undefined, version: 0 }],
    ['/b', { value: 'text', version: 3 }],
  ]);
});

test('a text is put and not waited for', async () => {
  ssm.on(PutParameterCommand).resolves({});
  await store.put('/a', 'text', 'text');
  expect(ssm.commandCalls(PutParameterCommand)[0]!.args[0].input).toEqual({
    Name: '/a',
    Value: 'text',
    Type: 'String',
    Overwrite: true,
    DataType: undefined,
  });
  expect(ssm.commandCalls(GetParameterCommand)).toHaveLength(0);
});

test('an AMI id is waited for until it shows, since the service checks it afterwards', async () => {
  ssm.on(PutParameterCommand).resolves({});
  ssm
    .on(GetParameterCommand)
    .rejectsOnce(new ParameterNotFound({ message: 'none', $metadata: {} }))
    .resolvesOnce({ Parameter: { Value: 'ami-00000000000000001' } })
    .resolves({ Parameter: { Value: AMI } });
  await store.put('/a', AMI, 'aws:ec2:image');
  expect(ssm.commandCalls(PutParameterCommand)[0]!.args[0].input).toMatchObject({
    DataType: 'aws:ec2:image',
  });
  expect(ssm.commandCalls(GetParameterCommand)).toHaveLength(3);
});

test('an AMI id that never shows is a failure that names it', async () => {
  ssm.on(PutParameterCommand).resolves({});
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-00000000000000001' } });
  await expect(store.put('/a', AMI, 'aws:ec2:image')).rejects.toThrow(
    `The parameter /a did not take ${AMI}; is it an AMI of this region and account?`,
  );
});

test('a parameter has the number of its write, one that is not there 0, and a write that is refused none', async () => {
  const versioned = ssmVersionedParameters(new SSMClient({ region: 'eu-central-1' }));
  ssm.on(GetParameterCommand, { Name: '/a' }).resolves({ Parameter: { Value: 'text', Version: 41 } });
  ssm
    .on(GetParameterCommand, { Name: '/b' })
    .rejects(new ParameterNotFound({ message: 'none', $metadata: {} }));
  ssm
    .on(PutParameterCommand)
    .resolvesOnce({ Version: 42 })
    .rejectsOnce(new TooManyUpdates({ message: 'at once', $metadata: {} }))
    .rejects(new Error('throttled'));
  expect(await versioned.read('/a')).toEqual({ value: 'text', version: 41 });
  expect(await versioned.read('/b')).toEqual({ value: undefined, version: 0 });
  expect(await versioned.write('/a', 'new')).toBe(42);
  expect(await versioned.write('/a', 'newer')).toBe(0);
  await expect(versioned.write('/a', 'newest')).rejects.toThrow('throttled');
  expect(ssm.commandCalls(PutParameterCommand)[0]!.args[0].input).toEqual({
    Name: '/a',
    Value: 'new',
    Type: 'String',
    Overwrite: true,
  });
});
