/** Labels and annotations, as Prometheus and Grafana use them. */
import { type EventSeverity, readSeverity } from '../../core/event.ts';
import type { Link } from '../../core/incident.ts';
import { type JsonObject, member, textOf } from './shape.ts';

/** Alertmanager's own PagerDuty default. */
const DEFAULT_SEVERITY: EventSeverity = 'error';

/** The `severity` label (or `priority`, where there is none) in our words; `error` where it says nothing that is known. */
export function severityOfLabels(labels: JsonObject): EventSeverity {
  for (const name of ['severity', 'priority']) {
    const severity = readSeverity(textOf(member(labels, name)) ?? '');
    if (severity) return severity;
  }
  return DEFAULT_SEVERITY;
}

/** The runbook of an alert as a link, from the annotation that the Kubernetes mixins made common. */
export function runbookLinks(annotations: JsonObject): Link[] {
  const href = textOf(annotations.runbook_url) ?? textOf(annotations.runbook);
  return href !== undefined && /^https?:\/\//i.test(href.trim()) ? [{ href: href.trim(), text: 'Runbook' }] : [];
}

/** `name=value, …` in a stable order. */
export function labelText(labels: JsonObject): string {
  return Object.entries(labels)
    .flatMap(([name, value]) => (textOf(value) === undefined ? [] : [`${name}=${textOf(value)}`]))
    .sort()
    .join(', ');
}
