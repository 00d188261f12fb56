import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type ConfigDocument, parseConfig } from '../../../core/config/document.ts';
import { pathText } from '../../../core/config/faults.ts';

/** The document of a file in examples/, without the deployment's parameters. */
export function example(name: string): Record<string, unknown> {
  const text = readFileSync(new URL(`../../../examples/${name}`, import.meta.url), 'utf8');
  const { deployment: _, ...document } = parse(text);
  return document;
}

/** A checked document; throws where it is at fault. */
export function valid(value: unknown): ConfigDocument {
  const result = parseConfig(value);
  if (!result.ok) throw new Error(faults(value).join('\n'));
  return result.document;
}

/** `services[0].team: there is no team x`, for every fault. */
export function faults(value: unknown): string[] {
  const result = parseConfig(value);
  return result.ok ? [] : result.faults.map(({ path, message }) => `${pathText(path)}: ${message}`);
}

/** Everything in it frozen, so that whoever changes it is found out. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}

const WEEKLY = { users: ['ada', 'lin'], start: '2026-01-05T09:00', rotation: { unit: 'week' } };

/** A small document without a fault, in which each kind of entity occurs. */
export function base() {
  return {
    users: [
      { id: 'ada', email: 'ada@example.org' },
      { id: 'lin', email: 'lin@example.org' },
    ] as object[],
    teams: [{ id: 'payments', timeZone: 'Europe/Berlin', members: ['ada', 'lin'] }] as object[],
    schedules: [{ id: 'primary', timeZone: 'Europe/Berlin', layers: [WEEKLY] }] as object[],
    overrides: [] as object[],
    escalationPolicies: [{ id: 'standard', rules: [{ targets: [{ schedule: 'primary' }] }] }] as object[],
    services: [{ id: 'athens', team: 'payments', escalationPolicy: 'standard' }] as object[],
    maintenanceWindows: [] as object[],
  };
}
