import { parseReferencePath, readPath } from '../../../../sim/aws/states/reference-path';

const scope = {
  input: { a: { b: [10, { c: null }] }, 'x y': 1, 'error-info': 2, length: 3 },
  context: { Execution: { Id: 'arn' } },
};

test.each([
  ['$', scope.input],
  ['$.a.b', [10, { c: null }]],
  ['$.a.b[0]', 10],
  ['$.a.b[1].c', null],
  ["$['a']['b'][0]", 10],
  ["$['x y']", 1],
  ['$.error-info', 2],
  ['$$.Execution.Id', 'arn'],
  ['$.length', 3],
  ['$.a.b.length', undefined],
  ['$.a[0]', undefined],
  ['$.a.nothing', undefined],
  ['$.toString', undefined],
  ['$.a.b[0].c', undefined],
])('%s finds what it names', (text, found) => {
  expect(readPath(parseReferencePath(text)!, scope)).toEqual(found);
});

test.each([
  ['a wildcard', '$.*'],
  ['a wildcard of an array', '$.a[*]'],
  ['a filter', '$.a[?(@.b)]'],
  ['a slice', '$.a[0:2]'],
  ['a negative index', '$.a[-1]'],
  ['a union', "$['a','b']"],
  ['a deep scan', '$..a'],
  ['a function', '$.a.length()'],
  ['an escape', String.raw`$.a\.b`],
  ['a double-quoted name', '$["a"]'],
  ['no dollar', 'a.b'],
  ['a variable', '$name.a'],
  ['an open end', '$.a.'],
  ['a space', '$ .a'],
])('%s is no reference path', (_what, text) => {
  expect(parseReferencePath(text)).toBeUndefined();
});

test('an index beyond the end of a list is refused when it is read', () => {
  expect(() => readPath(parseReferencePath('$.a.b[2]')!, scope)).toThrow(
    "The rehearsal does not model the index 2 of a list with 2 entries in the path '$.a.b[2]'",
  );
});
