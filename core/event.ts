import type { Link, Severity } from './incident.ts';
import type { EpochMs } from './time.ts';

export const EVENT_ACTIONS = ['trigger', 'acknowledge', 'resolve', 'change', 'heartbeat'] as const;
/** What a sender wants to happen. `change` pages nobody; `heartbeat` says that something is alive. */
export type EventAction = (typeof EVENT_ACTIONS)[number];

export const EVENT_SEVERITIES = ['critical', 'error', 'warning', 'info'] as const;
/** The four severities of the PagerDuty Common Event Format, which every other sender's words are mapped to. */
export type EventSeverity = (typeof EVENT_SEVERITIES)[number];

export const PRIORITIES = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Image {
  readonly src: string;
  readonly href?: string;
  readonly alt?: string;
}

/**
 * What every sender's format is translated into. All text comes from outside and is only cut, never cleaned: escape it wherever it
 * lands, and show a `href` as a link only when its scheme is http or https.
 */
export interface InboundEvent {
  readonly action: EventAction;
  /** Hints: the integration key's own service and team come first. */
  readonly service?: string;
  readonly team?: string;
  /** Always present on acknowledge and resolve. On trigger absent only where the sender's format gives an alert no identity. */
  readonly dedupKey?: string;
  readonly severity?: EventSeverity;
  readonly priority?: Priority;
  readonly title: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly links: readonly Link[];
  readonly images: readonly Image[];
  readonly source?: string;
  readonly client?: string;
  readonly clientUrl?: string;
  readonly component?: string;
  readonly group?: string;
  readonly class?: string;
  readonly detectedAt: EpochMs;
  /** Who acknowledged, resolved or annotated, where the sender says so. */
  readonly by?: string;
  readonly note?: string;
}

/** Lengths in Unicode code points, counts in elements. `alias` is Opsgenie's, `dedupKey` everybody else's. */
export const EVENT_LIMITS = {
  title: 1_024,
  message: 25_000,
  note: 25_000,
  dedupKey: 255,
  alias: 512,
  /** Service, team, component, group, class, client, by. */
  name: 255,
  source: 1_024,
  href: 8_192,
  linkText: 255,
  links: 50,
  images: 50,
} as const;

const SEVERITY_OF: Readonly<Record<EventSeverity, Severity>> = {
  critical: 'CRIT',
  error: 'ERR',
  warning: 'WARN',
  info: 'WARN',
};

const SEVERITY_OF_PRIORITY: Readonly<Record<Priority, EventSeverity>> = {
  P1: 'critical',
  P2: 'error',
  P3: 'warning',
  P4: 'info',
  P5: 'info',
};

/** P1 critical, P2 error, P3 warning, P4 and P5 info. */
export function severityOfPriority(priority: Priority): EventSeverity {
  return SEVERITY_OF_PRIORITY[priority];
}

/** The incident's severity: the event's own, else what its priority says, else ERR, Alertmanager's default. */
export function toSeverity(event: Pick<InboundEvent, 'severity' | 'priority'>): Severity {
  if (event.severity) return SEVERITY_OF[event.severity];
  return event.priority ? SEVERITY_OF[severityOfPriority(event.priority)] : 'ERR';
}

const WORDS: ReadonlyMap<string, EventSeverity> = new Map(
  Object.entries({
    critical: [
      'critical',
      'crit',
      'page',
      'fatal',
      'emergency',
      'emerg',
      'disaster',
      'alert',
      'blocker',
      'p0',
      'p1',
      'sev1',
      'down',
      'unreachable',
    ],
    error: ['error', 'err', 'major', 'high', 'severe', 'failure', 'p2', 'sev2', 'unknown'],
    warning: ['warning', 'warn', 'minor', 'medium', 'average', 'ticket', 'p3', 'sev3'],
    info: [
      'info',
      'information',
      'informational',
      'notice',
      'low',
      'none',
      'debug',
      'ok',
      'success',
      'p4',
      'p5',
      'sev4',
      'sev5',
    ],
  } satisfies Record<EventSeverity, string[]>).flatMap(([severity, words]) =>
    words.map((word): [string, EventSeverity] => [word, severity as EventSeverity]),
  ),
);

/** The severity that a sender's word stands for, whatever its case; undefined for a word that is not known. */
export function readSeverity(word: string): EventSeverity | undefined {
  return WORDS.get(word.trim().toLowerCase());
}

/** P1 to P5 in any case; P0, which Flask-Opsgenie knows, is P1. Undefined for anything else. */
export function readPriority(word: string): Priority | undefined {
  const upper = word.trim().toUpperCase();
  return upper === 'P0' ? 'P1' : PRIORITIES.find((priority) => priority === upper);
}
