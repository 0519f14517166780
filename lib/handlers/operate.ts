import { ACCEPT_ALIAS } from '../contract/names/resources';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { accountAmiInventory } from '../aws/ami-inventory';
import { imageBuilderControl } from '../aws/image-builder';
import { stepFunctionsExecutions, stepFunctionsRebakes } from '../aws/step-functions';
import { accountParameterStores } from '../aws/stores/account-parameter-stores';
import { s3DocumentStore } from '../aws/stores/s3-document-store';
import { parseDocument } from '../contract/documents/document';
import {
  type OperateRequest,
  operateRequestSchema,
  type OperateAnswer,
} from '../contract/documents/operate-request';
import type { PipelineDescription } from '../contract/documents/pipeline-description';
import { UsageError } from '../contract/values/errors';
import { osOf } from '../contract/values/release';
import { type OperatePorts, operate } from '../core/operate/operate';
import type { Log } from './log';
import { pipelineOf } from './pipeline';

/**
 * Keeps two grants apart: who may call the alias accepts findings, who may call the function itself does all else. Throws a
 * `UsageError` where a verb came the other way; an ARN without an alias has seven parts.
 */
function requireWay(invokedArn: string, { verb }: OperateRequest): void {
  const isAcceptAlias = invokedArn.split(':')[7] === ACCEPT_ALIAS;
  if (isAcceptAlias !== (verb === 'accept')) {
    throw new UsageError(
      isAcceptAlias
        ? `Through the alias "${ACCEPT_ALIAS}" only findings are accepted; got: '${verb}'.`
        : `Findings are accepted through the alias "${ACCEPT_ALIAS}" only; ask for grantAccept.`,
    );
  }
}

/** The services that the verbs work with, as whoever's credentials this process has. */
export function operatePorts(description: PipelineDescription): OperatePorts {
  const { bucket, region } = description;
  const sts = new STSClient({ region });
  const stateMachine = new SFNClient({ region });
  return {
    documents: s3DocumentStore(new S3Client({ region }), bucket),
    stores: accountParameterStores({ description, sts }),
    executions: stepFunctionsExecutions(stateMachine),
    rebakes: stepFunctionsRebakes(stateMachine),
    bakes: imageBuilderControl(new ImagebuilderClient({ region })),
    inventory: accountAmiInventory(description, sts),
    now: () => new Date(),
  };
}

/** Makes the operate function over its ports: it plans, and carries out, what a person orders. */
export function createOperate(ports: OperatePorts, environment: NodeJS.ProcessEnv, log: Log) {
  const description = pipelineOf(environment);
  const { release } = osOf(description.os);
  return async (event: unknown, invokedArn: string): Promise<OperateAnswer> => {
    const request = parseDocument(operateRequestSchema, JSON.stringify(event), 'The order');
    requireWay(invokedArn, request);
    const answer = await operate(ports, { description, release }, request);
    log.info('ordered', { ...request, changes: answer.changes, done: answer.done });
    return answer;
  };
}
