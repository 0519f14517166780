import type { Context } from 'aws-lambda';
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
import { ACCEPT_ALIAS } from '../contract/names/resources';
import { UsageError } from '../contract/values/errors';
import { osOf } from '../contract/values/release';
import { type OperatePorts, operate } from '../core/operate/operate';
import { createLog, withLog, type Log } from './log';
import { pipelineOf } from './pipeline';
import { LAMBDA, type Runtime } from './runtime';

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

/** The services that the verbs work with, by this process's credentials. */
export function operatePorts(
  description: PipelineDescription,
  { now, sleep }: Pick<Runtime, 'now' | 'sleep'> = LAMBDA,
): OperatePorts {
  const { bucket, region } = description;
  const sts = new STSClient({ region });
  const stateMachine = new SFNClient({ region });
  return {
    documents: s3DocumentStore(new S3Client({ region }), bucket),
    stores: accountParameterStores({ description, sts, sleep }),
    executions: stepFunctionsExecutions(stateMachine),
    rebakes: stepFunctionsRebakes(stateMachine),
    bakes: imageBuilderControl(new ImagebuilderClient({ region })),
    inventory: accountAmiInventory(description, sts),
    now,
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

/**
 * The operate function on the services of AWS: carries out a person's override, the verbs that change something. Through the
 * alias `accept` only findings are accepted.
 */
export function create(environment: NodeJS.ProcessEnv, runtime: Runtime = LAMBDA) {
  const description = pipelineOf(environment);
  const log = createLog({ pipeline: description.pipeline }, runtime.write);
  const run = withLog(log, createOperate(operatePorts(description, runtime), environment, log));
  return (
    event: unknown,
    { invokedFunctionArn }: Pick<Context, 'invokedFunctionArn'>,
  ): Promise<OperateAnswer> => run(event, invokedFunctionArn);
}
