/** Where the runbook says more of an alarm or a notice; its headings are their names. */
export function runbookLink(heading: string): string {
  return `docs/runbook.md#${heading.toLowerCase()}`;
}
