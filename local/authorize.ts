import { WireError } from './wire.ts';

/** One statement of a policy, its intrinsics worked out. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** With `*` and `?`; in any case. */
  readonly actions: readonly string[];
  /** With `*` and `?`. */
  readonly resources: readonly string[];
  /** `StringEquals`: every key has one of its values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

/** Who may do what, by access key id. The key id of a function or a state machine is the name of its role. Plain data: it crosses threads. */
export interface Permissions {
  readonly identities: Readonly<
    Record<string, { readonly arn: string; readonly statements: readonly Statement[] } | undefined>
  >;
  /** `arn:aws:dynamodb:<region>:<account>:table/` */
  readonly tableArnPrefix: string;
}

/** What a call needs permission for. */
export interface Access {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** An ARN, or `*` where the service knows no resource. */
  readonly resource: string;
  /** The condition keys of the request. */
  readonly context?: Readonly<Record<string, string>>;
}

/** Throws AccessDeniedException, naming who, action and resource; and for a key id of nobody, UnrecognizedClientException. */
export type Authorize = (accessKeyId: string | undefined, access: Access) => void;

/** The local runtime itself, which makes tables and reads whatever it likes. */
export const RUNTIME_KEY_ID = 'local';

/** Decisions remembered: tables times actions are few, but the addresses of recipients are not. */
const MOST_REMEMBERED = 10_000;

/** Decides as IAM does for identity-based policies: what no statement allows, or one denies, is refused. */
export function createAuthorizer({ identities }: Permissions): Authorize {
  const compiled = new Map(
    Object.entries(identities).map(([keyId, identity]) => [keyId, (identity?.statements ?? []).map(compile)]),
  );
  const remembered = new Map<string, boolean>();

  function allowed(keyId: string, { action, resource, context = {} }: Access): boolean {
    const question = [keyId, action, resource, ...Object.entries(context).flat()].join('\n');
    const known = remembered.get(question);
    if (known !== undefined) return known;
    const effects = (compiled.get(keyId) ?? [])
      .filter((matches) => matches.action.test(action) && matches.resource.test(resource) && matches.context(context))
      .map(({ effect }) => effect);
    const decision = effects.includes('Allow') && !effects.includes('Deny');
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(question, decision);
    return decision;
  }

  return (keyId, access) => {
    if (keyId === RUNTIME_KEY_ID) return;
    const identity = keyId !== undefined && Object.hasOwn(identities, keyId) ? identities[keyId] : undefined;
    if (keyId === undefined || !identity) {
      throw new WireError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
    }
    if (allowed(keyId, access)) return;
    const { action, resource } = access;
    const message = `User: ${identity.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
    throw new WireError('AccessDeniedException', message, 403);
  };
}

function compile({ effect, actions, resources, conditions }: Statement) {
  return {
    effect,
    action: pattern(actions, 'i'),
    resource: pattern(resources, ''),
    context: (given: Readonly<Record<string, string>>) =>
      Object.entries(conditions).every(([key, values]) => values.includes(given[key] ?? '')),
  };
}

function pattern(wildcards: readonly string[], flags: string): RegExp {
  const sources = wildcards.map((text) =>
    text
      .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]'),
  );
  return new RegExp(`^(?:${sources.join('|')})$`, flags);
}
