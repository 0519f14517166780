import {
  DeleteParameterCommand,
  paginateGetParametersByPath,
  ParameterNotFound,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { LeftParameter, Remains } from '../core/cleanup/orphaned-resources';
import { absentWhere } from './absent-where';

/** The parameters below a path, such as `/winbake/2022-core`, in the regions of the caller's account. */
export function leftParameters(
  path: string,
  ssmIn: (region: string) => SSMClient,
): Pick<Remains, 'parametersIn' | 'deleteParameter'> {
  return {
    parametersIn: async (region) => {
      const found: LeftParameter[] = [];
      const request = { Path: path, Recursive: true };
      for await (const page of paginateGetParametersByPath({ client: ssmIn(region) }, request)) {
        found.push(
          ...(page.Parameters ?? []).map(({ Name = '', Value = '' }) => ({
            region,
            name: Name,
            value: Value,
          })),
        );
      }
      return found;
    },
    deleteParameter: async ({ name, region }) => {
      await absentWhere(ParameterNotFound, () =>
        ssmIn(region).send(new DeleteParameterCommand({ Name: name })),
      );
    },
  };
}
