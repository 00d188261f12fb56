import type { Method } from './gateway-model.ts';

export interface Match {
  readonly method: Method;
  /** Percent-decoded once, as API Gateway does. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Node {
  readonly literals: Map<string, Node>;
  readonly methods: Map<string, Method>;
  parameter?: { readonly name: string; readonly node: Node };
  /** `{proxy+}`: one segment or more. */
  greedy?: { readonly name: string; readonly node: Node };
}

/** Finds the method for a request. Answers undefined when there is none, and for a path that is not properly encoded. */
export type Matcher = (httpMethod: string, path: string) => Match | undefined;

/** A literal segment counts more than a parameter, that more than a greedy one; a method of its own more than ANY. */
export function createMatcher(methods: readonly Method[]): Matcher {
  const root = emptyNode();
  for (const method of methods) insert(root, method);
  return (httpMethod, path) => {
    // A slash at the end makes no difference to API Gateway.
    const segments = path.replace(/\/$/, '').split('/').slice(1).map(decode);
    if (!segments.every((segment) => segment !== undefined)) return undefined;
    const found = find(root, segments);
    const method = found?.node.methods.get(httpMethod) ?? found?.node.methods.get('ANY');
    return found && method ? { method, pathParameters: found.parameters } : undefined;
  };
}

function emptyNode(): Node {
  return { literals: new Map(), methods: new Map() };
}

function insert(root: Node, method: Method): void {
  let node = root;
  for (const part of method.resourcePath.split('/').filter(Boolean)) node = child(node, part);
  node.methods.set(method.httpMethod, method);
}

function child(node: Node, part: string): Node {
  const [, name, plus] = /^\{([^+}]+)(\+?)\}$/.exec(part) ?? [];
  if (name === undefined) {
    const next = node.literals.get(part) ?? emptyNode();
    node.literals.set(part, next);
    return next;
  }
  const kind = plus ? 'greedy' : 'parameter';
  node[kind] ??= { name, node: emptyNode() };
  return node[kind].node;
}

interface Found {
  readonly node: Node;
  readonly parameters: Readonly<Record<string, string>>;
}

function find(node: Node, segments: readonly string[]): Found | undefined {
  const [first, ...rest] = segments;
  if (first === undefined) return node.methods.size > 0 ? { node, parameters: {} } : undefined;
  const literal = node.literals.get(first);
  const exact = literal && find(literal, rest);
  if (exact) return exact;
  if (node.parameter && first !== '') {
    const found = find(node.parameter.node, rest);
    if (found) return { node: found.node, parameters: { ...found.parameters, [node.parameter.name]: first } };
  }
  return node.greedy && { node: node.greedy.node, parameters: { [node.greedy.name]: segments.join('/') } };
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
