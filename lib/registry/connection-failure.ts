/** Why no answer came, as far as people need to know it. */
export interface ConnectionFailure {
  /** What happened, as the end of a sentence that begins with the server's name. */
  readonly happened: string;
  /** How often it is worth trying at all, the first time included; undefined: as often as allowed. */
  readonly tries: number | undefined;
  /** Whether it is about the server as a whole, whatever was asked. */
  readonly general: boolean;
  /** Whether there was an answer, but one that breaks the rules. */
  readonly invalid: boolean;
}

const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;

const KNOWN: readonly (readonly [RegExp, ConnectionFailure])[] = [
  [/^ECONNREFUSED$/, general('refused the connection', 2)],
  [/^ENOTFOUND$/, general('is not known by that name', 1)],
  [/^EAI_/, general('could not be looked up by its name', 2)],
  [TLS, general('could not be trusted: its TLS certificate or handshake failed', 1)],
  [/^PRIVATE_ADDRESS$/, { ...general('belongs to a private address and is not asked', 1), invalid: true }],
  [
    /^(HPE_|HTTPParserError$|UND_ERR_RES_|UND_ERR_HEADERS_OVERFLOW)/,
    { ...passing('does not answer as HTTP'), tries: 1, invalid: true },
  ],
  [/^BROKEN_BODY$/, { ...passing('broke off its answer'), invalid: true }],
  [/TIMEOUT|^ETIMEDOUT$|^TimeoutError$/, passing('did not answer in time')],
  [/^(ENET|EHOST)/, passing('cannot be reached from this network')],
];

const OTHER = passing('closed the connection');

function general(happened: string, tries: number): ConnectionFailure {
  return { happened, tries, general: true, invalid: false };
}

function passing(happened: string): ConnectionFailure {
  return { happened, tries: undefined, general: false, invalid: false };
}

/** What an error of the connection means; undefined for one that does not come from the network. */
export function connectionFailure(error: unknown): ConnectionFailure | undefined {
  const code = errorCode(error);
  return code === undefined ? undefined : (KNOWN.find(([pattern]) => pattern.test(code))?.[1] ?? OTHER);
}

/**
 * The code of an error, or of the first within it: hosts with several addresses fail once for each. Timeouts of a signal
 * and some parser errors have a name only.
 */
function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) {
    return undefined;
  }
  const { code, name, errors } = error as { code?: unknown; name?: unknown; errors?: unknown };
  if (typeof code === 'string') {
    return code;
  }
  if (Array.isArray(errors)) {
    return errorCode(errors[0]);
  }
  return name === 'TimeoutError' || name === 'HTTPParserError' ? name : undefined;
}
