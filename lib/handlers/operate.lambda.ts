import type { Context } from 'aws-lambda';
import type { OperateAnswer } from '../contract/documents/operate-request';
import { createLog, withLog } from './log';
import { createOperate, operatePorts } from './operate';
import { pipelineOf } from './pipeline';

const description = pipelineOf(process.env);
const log = createLog({ pipeline: description.pipeline });
const run = withLog(log, createOperate(operatePorts(description), process.env, log));

/**
 * Carries out a person's override: the verbs that change something. Through the alias `accept` only findings are accepted.
 */
export const handler = (event: unknown, { invokedFunctionArn }: Context): Promise<OperateAnswer> =>
  run(event, invokedFunctionArn);
