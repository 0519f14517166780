import { setTimeout } from 'node:timers/promises';
import {
  GetParameterCommand,
  GetParametersCommand,
  ParameterNotFound,
  paginateGetParametersByPath,
  PutParameterCommand,
  TooManyUpdates,
  type Parameter,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { ParameterStore, VersionedParameters } from '../../core/ports/stores';

/** What `VersionedParameters` read. */
type ReadParameter = Awaited<ReturnType<VersionedParameters['read']>>;

type ErrorType = abstract new (...args: never[]) => Error;

/** What a call gives, or undefined where the service says by this error that there is no such thing. */
export async function absentWhere<T>(absence: ErrorType, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof absence) {
      return undefined;
    }
    throw error;
  }
}

const POLL_MILLISECONDS = 1000;
const LONGEST_POLL = 60;

/** Waits for milliseconds. */
export type Sleep = (milliseconds: number) => Promise<unknown>;

/** The parameters of the client's region. An AMI id is checked by the service after the call, so it is awaited. */
export function ssmParameterStore(client: SSMClient, sleep: Sleep = setTimeout): ParameterStore {
  const get = async (name: string) => (await find(client, name))?.Value;
  return {
    get,
    below: async (Path) => {
      const found: Record<string, string> = {};
      for await (const page of paginateGetParametersByPath({ client }, { Path, Recursive: true })) {
        for (const { Name = '', Value = '' } of page.Parameters ?? []) {
          found[Name] = Value;
        }
      }
      return found;
    },
    put: async (name, value, type) => {
      const DataType = type === 'text' ? undefined : type;
      await client.send(
        new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true, DataType }),
      );
      for (let poll = 0; type === 'aws:ec2:image' && (await get(name)) !== value; poll += 1) {
        if (poll === LONGEST_POLL) {
          throw new Error(
            `The parameter ${name} did not take ${value}; is it an AMI of this region and account?`,
          );
        }
        await sleep(POLL_MILLISECONDS);
      }
    },
  };
}

/**
 * The parameters of the client's region with their versions. Of writes at once the service may refuse one: it has no number
 * then, 0.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
export function ssmVersionedParameters(client: SSMClient): VersionedParameters {
  return {
    read: async (name) => {
      const found = await find(client, name);
      return { value: found?.Value, version: found?.Version ?? 0 };
    },
    write: async (Name, Value) => {
      try {
        const { Version = 0 } = await client.send(
          new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }),
        );
        return Version;
      } catch (error) {
        if (error instanceof TooManyUpdates) {
          return 0;
        }
        throw error;
      }
    },
  };
}

/**
 * Parameters of the client's region with their versions, ten at most in the one call; what is absent has none.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
 */
export async function readParameters(
  client: SSMClient,
  Names: string[],
): Promise<ReadonlyMap<string, ReadParameter>> {
  const { Parameters = [] } = await client.send(new GetParametersCommand({ Names }));
  const read = new Map(
    Names.map((name): [string, ReadParameter] => [name, { value: undefined, version: 0 }]),
  );
  for (const { Name = '', Value, Version = 0 } of Parameters) {
    read.set(Name, { value: Value, version: Version });
  }
  return read;
}

async function find(client: SSMClient, Name: string): Promise<Parameter | undefined> {
  try {
    return (await client.send(new GetParameterCommand({ Name }))).Parameter;
  } catch (error) {
    if (error instanceof ParameterNotFound) {
      return undefined;
    }
    throw error;
  }
}
