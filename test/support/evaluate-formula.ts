/** The value of a formula of docs/costs.md: numbers, inputs, `+`, `-`, `*`, `/` and parentheses. */
export function evaluateFormula(formula: string, inputs: ReadonlyMap<string, number>): number {
  const tokens = formula.match(/[A-Za-z]+|[\d.]+|\S/g) ?? [];
  let next = 0;
  const sum = (): number => {
    let value = product();
    while (tokens[next] === '+' || tokens[next] === '-') {
      const isSum = tokens[next] === '+';
      next += 1;
      value = isSum ? value + product() : value - product();
    }
    return value;
  };
  const product = (): number => {
    let value = operand();
    while (tokens[next] === '*' || tokens[next] === '/') {
      const isProduct = tokens[next] === '*';
      next += 1;
      const factor = operand();
      value = isProduct ? value * factor : value / factor;
    }
    return value;
  };
  const operand = (): number => {
    const token = tokens[next] ?? 'nothing';
    next += 1;
    if (token === '(') {
      const value = sum();
      next += 1;
      return value;
    }
    const value = /^[\d.]+$/.test(token) ? Number(token) : inputs.get(token);
    if (value === undefined) {
      throw new Error(`'${token}' is no input of docs/costs.md, in: ${formula}`);
    }
    return value;
  };
  const value = sum();
  if (next !== tokens.length) {
    throw new Error(`The formula cannot be read beyond '${tokens[next] ?? ''}': ${formula}`);
  }
  return value;
}
