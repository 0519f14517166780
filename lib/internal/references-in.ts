/** The functions of CloudFormation within a resolved value, each as a whole and once: what may change while the text does not. */
export function referencesIn(value: unknown): readonly object[] {
  const found = new Map<string, object>();
  collect(value, found);
  return [...found.values()];
}

function collect(value: unknown, found: Map<string, object>): void {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  const [first = '', ...more] = Object.keys(value);
  if (more.length === 0 && (first === 'Ref' || first.startsWith('Fn::'))) {
    found.set(JSON.stringify(value), value);
    return;
  }
  Object.values(value).forEach((one) => {
    collect(one, found);
  });
}
