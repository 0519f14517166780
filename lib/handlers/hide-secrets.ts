/** Fields of these names never reach a log. */
const SECRET_NAME = /secret|token|password|credential|authorization/i;

/** What stands in place of a secret. */
const HIDDEN = '(not logged)';

/** What may carry a secret within a text: the beginning stays, the secret goes. */
const SECRETS_IN_TEXT: readonly RegExp[] = [
  // The user of an address: https://user:password@host
  /(:\/\/)[^/@\s"]+(?=@)/g,
  // A header's value: Authorization: Bearer abc
  /(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi,
  // A signed address: ?X-Amz-Signature=abc
  /(\bX-Amz-(?:Security-Token|Signature|Credential)=)[^&\s"']+/gi,
  // A name with a value: password=abc, client_secret: abc
  /(\b\w*(?:secret|token|password)\w*["']?\s*[=:]\s*["']?)[^\s"'&,;]{4,}/gi,
];

/** Access key ids of AWS, whoever they belong to. */
const ACCESS_KEY_ID = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g;

/** A text without what may be a secret in it. */
export function hideSecretsInText(text: string): string {
  return SECRETS_IN_TEXT.reduce((rest, secret) => rest.replaceAll(secret, `$1${HIDDEN}`), text).replaceAll(
    ACCESS_KEY_ID,
    HIDDEN,
  );
}

/** A replacer for `JSON.stringify`: fields that are named like secrets go, and secrets within texts. */
export function hideSecrets(key: string, value: unknown): unknown {
  if (SECRET_NAME.test(key)) {
    return HIDDEN;
  }
  return typeof value === 'string' ? hideSecretsInText(value) : value;
}
