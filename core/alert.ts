import type { Incident } from './incident.ts';

/** Whom an alert names, in the sender's words: any of the three may be there. */
export interface AlertResponder {
  readonly type: 'team' | 'user' | 'escalation' | 'schedule';
  readonly id?: string;
  readonly name?: string;
  readonly username?: string;
}

/** What an incident carries for the Opsgenie API beyond its own fields. */
export interface AlertFacts {
  /** The integration key's, where the alert was created by one. */
  readonly integration?: { readonly id: string; readonly name: string };
  readonly tags: readonly string[];
  readonly actions: readonly string[];
  readonly responders: readonly AlertResponder[];
  readonly entity?: string;
  /** Whom it was assigned to. */
  readonly owner?: string;
  /** Deleted there: resolved, and not shown by that API any more. */
  readonly deleted?: true;
}

const NO_FACTS: AlertFacts = { tags: [], actions: [], responders: [] };

export function alertFacts(incident: Pick<Incident, 'opsgenie'>): AlertFacts {
  return incident.opsgenie ?? NO_FACTS;
}

/** The same incident with these facts changed. */
export function withFacts(incident: Incident, facts: Partial<AlertFacts>): Incident {
  return { ...incident, opsgenie: { ...alertFacts(incident), ...facts } };
}
