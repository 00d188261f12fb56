import * as z from 'zod';
import { escalationPolicy } from './escalation-policy.ts';
import { maintenanceWindow } from './maintenance-window.ts';
import { override, schedule } from './schedule.ts';
import { service } from './service.ts';
import { team } from './team.ts';
import { user } from './user.ts';

/**
 * The shape of a configuration: who there is, who owns what, and who is called when. One document, replaced as a whole. What its parts
 * say about each other is checked by `parseConfig`, which is the way to take in a document.
 */
export const configDocument = z.strictObject({
  users: z.array(user).max(5_000).exactOptional(),
  teams: z.array(team).max(1_000).exactOptional(),
  schedules: z.array(schedule).max(1_000).exactOptional(),
  overrides: z.array(override).max(5_000).exactOptional(),
  escalationPolicies: z.array(escalationPolicy).max(1_000).exactOptional(),
  services: z.array(service).max(5_000).exactOptional(),
  maintenanceWindows: z.array(maintenanceWindow).max(1_000).exactOptional(),
});

/** A checked document as its author wrote it: defaults are applied where it is compiled, so that what is read back is what was put. */
export type ConfigDocument = z.input<typeof configDocument>;

export const EMPTY_CONFIG: ConfigDocument = {};

/** The kinds of things that a document lists, and what one of them is called. */
export const ENTITY_TITLES = {
  users: 'user',
  teams: 'team',
  schedules: 'schedule',
  overrides: 'override',
  escalationPolicies: 'escalation policy',
  services: 'service',
  maintenanceWindows: 'maintenance window',
} as const satisfies Record<keyof ConfigDocument, string>;
export type EntityKind = keyof typeof ENTITY_TITLES;
