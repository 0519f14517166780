/** One way of authentication that a server offers; parameter names are lower case. */
export interface AuthChallenge {
  /** Lower case, such as `bearer`. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PIECES = {
  separator: /[\s,]*/y,
  parameter: new RegExp(`(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))(?=\\s*(?:,|$))`, 'y'),
  scheme: new RegExp(`(${TOKEN})(?=\\s|,|$)`, 'y'),
  credentials: /[ \t]+[\w.~+/-]+=*(?=\s*(?:,|$))/y,
};

/**
 * The challenges of a `WWW-Authenticate` header, several headers joined by commas. What cannot be read ends the list.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): readonly AuthChallenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (piece: RegExp): RegExpExecArray | null => {
    piece.lastIndex = at;
    const match = piece.exec(header);
    at += match?.[0].length ?? 0;
    return match;
  };
  for (take(PIECES.separator); at < header.length; take(PIECES.separator)) {
    const parameter = take(PIECES.parameter);
    if (parameter !== null) {
      const [, name = '', quoted, plain] = parameter;
      challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
      continue;
    }
    const scheme = take(PIECES.scheme);
    if (scheme === null) {
      break;
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: new Map() });
    take(PIECES.credentials);
  }
  return challenges;
}
