import { NormalizedSchema } from '@smithy/core/schema';
import { MODEL_DIFFERENCES } from '../../../sim/account/service-models';
import { SERVICE_MODELS, type ServiceId } from '../../../sim/account/service-models';
import { commandClass } from '../../support/sdk-clients';

/** The members that only one side knows, as `ssm.GetParameterRequest.Name`. */
function differences(service: ServiceId): readonly string[] {
  const model = SERVICE_MODELS[service];
  const found = new Set<string>();
  const compared = new Set<string>();
  const compare = (schema: NormalizedSchema, name: string): void => {
    const shape = model.shapes[name];
    if (shape === undefined || compared.has(name)) {
      return;
    }
    compared.add(name);
    if (shape.type === 'list') {
      compare(schema.getValueSchema(), shape.member ?? '');
    } else if (shape.type === 'map') {
      compare(schema.getValueSchema(), shape.value ?? '');
    } else if (shape.type === 'structure') {
      const members = new Map(schema.structIterator());
      for (const [member, inner] of Object.entries(shape.members ?? {})) {
        const other = members.get(member);
        if (other === undefined) {
          found.add(`botocore: ${service}.${name}.${member}`);
        } else {
          compare(other, inner);
        }
      }
      for (const member of members.keys()) {
        if (!Object.hasOwn(shape.members ?? {}, member)) {
          found.add(`SDK: ${service}.${name}.${member}`);
        }
      }
    }
  };
  for (const [operation, { input, output }] of Object.entries(model.operations)) {
    const { schema } = new (commandClass(service, operation))({}) as unknown as { schema: unknown[] };
    compare(NormalizedSchema.of(schema[4] as never), input ?? '');
    compare(NormalizedSchema.of(schema[5] as never), output ?? '');
  }
  return [...found].sort();
}

test.each(Object.keys(SERVICE_MODELS) as ServiceId[])(
  'botocore and the SDK know the same members of %s, or the difference is named',
  (service) => {
    const named = MODEL_DIFFERENCES.flatMap(({ knownTo, members }) =>
      members.filter((one) => one.startsWith(`${service}.`)).map((one) => `${knownTo}: ${one}`),
    );
    expect(differences(service)).toEqual(named.sort());
  },
);

test('each pattern of the models is one that this language has', () => {
  const patterns = Object.values(SERVICE_MODELS).flatMap(({ shapes }) =>
    Object.values(shapes).flatMap(({ pattern }) => pattern ?? []),
  );
  expect(patterns.length).toBeGreaterThan(50);
  for (const pattern of patterns) {
    expect(() => new RegExp(`^(?:${pattern})$`, 'su')).not.toThrow();
  }
});
