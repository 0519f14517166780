import { operateRequestSchema, type OperateAnswer } from '../contract/documents/operate-request';
import { parseDocument } from '../contract/documents/document';
import { operate, type OperatePorts } from '../core/operate/operate';
import { requireWay } from './accept-only';
import type { Log } from './log';
import { osOf } from '../contract/values/release';
import { pipelineOf } from './pipeline';

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
