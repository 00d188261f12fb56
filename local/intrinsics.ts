import type { Assembly } from './assembly.ts';
import { identify } from './identities.ts';

/** Makes plain values of what the template says: references, joins, substitutions and conditions are worked out. */
export interface Resolver {
  /** `where` names the place in errors. Throws for an intrinsic or a reference that is not known here. */
  resolve(value: unknown, where: string): unknown;
  /** Whether the named condition of the template holds; true without a name. */
  holds(condition: string | undefined): boolean;
}

type Attributes = (name: string) => string;

export function createResolver(assembly: Assembly): Resolver {
  const { template, region, account, stackName } = assembly;
  const pseudo: Readonly<Record<string, string | undefined>> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
  };
  const REMOVED = Symbol('AWS::NoValue');

  function ref(name: string, where: string): unknown {
    if (name === 'AWS::NoValue') return REMOVED;
    if (pseudo[name] !== undefined) return pseudo[name];
    const parameter = template.Parameters[name];
    if (parameter) return parameter.Default;
    return identityOf(name, where).ref;
  }

  function identityOf(logicalId: string, where: string): { ref: string; attribute: Attributes } {
    const resource = template.Resources[logicalId];
    if (!resource) throw new Error(`${where}: there is no parameter or resource ${logicalId}`);
    const explicit = (property: string) => {
      const value = resource.Properties[property];
      return value === undefined ? undefined : String(visit(value, `${logicalId}.${property}`));
    };
    return identify({ logicalId, type: resource.Type, explicit, assembly });
  }

  function substitute(text: string, values: Record<string, unknown>, where: string): string {
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in values) return String(values[name]);
      const [id = '', ...attribute] = name.split('.');
      return attribute.length > 0 ? identityOf(id, where).attribute(attribute.join('.')) : String(ref(name, where));
    });
  }

  const functions: Readonly<Record<string, (argument: unknown, where: string) => unknown>> = {
    Ref: (name, where) => ref(String(name), where),
    'Fn::GetAtt': (argument, where) => {
      const [id = '', ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
      return identityOf(id, where).attribute(attribute.join('.'));
    },
    'Fn::Join': (argument, where) => {
      const [separator, parts] = visit(argument, where) as [string, unknown[]];
      return parts.join(separator);
    },
    'Fn::Sub': (argument, where) => {
      const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
      return substitute(String(text), visit(values, where) as Record<string, unknown>, where);
    },
    'Fn::Select': (argument, where) => {
      const [index, values] = visit(argument, where) as [number | string, unknown[]];
      return values[Number(index)];
    },
    'Fn::Split': (argument, where) => {
      const [separator, text] = visit(argument, where) as [string, string];
      return text.split(separator);
    },
    'Fn::If': (argument, where) => {
      const [condition, then, otherwise] = argument as [string, unknown, unknown];
      return visit(holds(condition) ? then : otherwise, where);
    },
    Condition: (name) => holds(String(name)),
    'Fn::Equals': (argument, where) => {
      const [left, right] = visit(argument, where) as [unknown, unknown];
      return left === right;
    },
    'Fn::Not': (argument, where) => !(visit(argument, where) as [boolean])[0],
    'Fn::And': (argument, where) => (visit(argument, where) as boolean[]).every(Boolean),
    'Fn::Or': (argument, where) => (visit(argument, where) as boolean[]).some(Boolean),
  };

  function visit(value: unknown, where: string): unknown {
    if (Array.isArray(value)) return value.map((item) => visit(item, where)).filter((item) => item !== REMOVED);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first && isIntrinsic(first[0], first[1])) {
      const [name, argument] = first;
      const evaluate = functions[name];
      if (!evaluate) throw new Error(`${where}: the local runtime does not know the intrinsic ${name}`);
      return evaluate(argument, where);
    }
    return Object.fromEntries(
      entries.map(([key, item]) => [key, visit(item, `${where}.${key}`)]).filter(([, item]) => item !== REMOVED),
    );
  }

  function holds(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    if (!(condition in template.Conditions)) throw new Error(`there is no condition ${condition}`);
    return visit(template.Conditions[condition], condition) === true;
  }

  return { resolve: visit, holds };
}

/** `Condition` is an intrinsic only with a name after it; as an object it belongs to an IAM policy. */
function isIntrinsic(key: string, argument: unknown): boolean {
  return key === 'Ref' || key.startsWith('Fn::') || (key === 'Condition' && typeof argument === 'string');
}
