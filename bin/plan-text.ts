import type { OperateAnswer } from '../lib/contract/documents/operate-request';

/** A plan for people: what changes, and why. */
export function planText({ changes, reasons }: Pick<OperateAnswer, 'changes' | 'reasons'>): string {
  const does = changes.length === 0 ? ['Nothing to do.'] : ['Plan:', ...changes.map((line) => `  ${line}`)];
  const why = reasons.length === 0 ? [] : ['Because:', ...reasons.map((line) => `  ${line}`)];
  return [...does, ...why].map((line) => `${line}\n`).join('');
}
