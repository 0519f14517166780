import type { Finding } from '../lib/contract/values/finding';

/** Findings as lines for people, the gravest first. */
export function formatFindings(findings: readonly Finding[]): string {
  const order = ['stop', 'warning', 'info'];
  return [...findings]
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
    .map((finding) => `${finding.severity.padEnd(7)}  ${finding.code}  ${finding.message}\n`)
    .join('');
}
