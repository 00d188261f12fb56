/**
 * Prometheus Alertmanager webhook, version 4. Follows prometheus/alertmanager notify/webhook/webhook.go and template/template.go;
 * fields that newer versions add are passed over. Grafana sends a superset: see grafana.ts.
 */
import type { InboundEvent } from '../../core/event.ts';
import type { EpochMs } from '../../core/time.ts';
import { labelText, runbookLinks, severityOfLabels } from './labels.ts';
import { type EventDraft, makeEvent, readLinks } from './make-event.ts';
import { firstText, instantOf, isObject, type JsonObject, objectOf, sha256, textOf } from './shape.ts';
import { type Arrival, accepted, ignored, refused, type Translation } from './translation.ts';
import { webhookAccepted, webhookIgnored, webhookRefused } from './webhook-replies.ts';

export interface GroupOptions {
  /** `alert`: one incident per alert fingerprint. `group`: one per group key, open as long as any of its alerts fires. */
  readonly by: 'alert' | 'group';
  readonly client: string;
  /** What a sender's alerts have beyond Alertmanager's: further links, images, details. */
  readonly extras?: (alert: JsonObject) => Pick<EventDraft, 'links' | 'images' | 'details'>;
}

export function translateAlertmanager(body: unknown, arrival: Arrival, by: GroupOptions['by'] = 'alert'): Translation {
  return translateGroup(body, arrival, { by, client: 'Alertmanager' });
}

/** One event per alert of the group, in the order sent, or one for the whole group. Answers 200 or 400. */
export function translateGroup(body: unknown, { receivedAt }: Arrival, options: GroupOptions): Translation {
  if (!isObject(body)) return refused('unreadable', webhookRefused(['The body is not a JSON object']));
  if (!Array.isArray(body.alerts)) return refused('invalid', webhookRefused(["'alerts' is missing or not a list"]));
  const alerts = body.alerts.filter(isObject);
  if (alerts.length === 0) {
    const why = 'the group has no alerts';
    return ignored(why, webhookIgnored(why, 200));
  }
  const events =
    options.by === 'group'
      ? [groupEvent(body, alerts, receivedAt, options)]
      : alerts.map((alert) => alertEvent(body, alert, receivedAt, options));
  return accepted(events, webhookAccepted(events.length, 200));
}

function isResolved(of: JsonObject): boolean {
  return of.status === 'resolved';
}

function alertEvent(body: JsonObject, alert: JsonObject, receivedAt: EpochMs, options: GroupOptions): InboundEvent {
  const labels = objectOf(alert.labels);
  const annotations = objectOf(alert.annotations);
  const resolved = isResolved(alert);
  const extras = options.extras?.(alert);
  const cutOff = Number(body.truncatedAlerts) || 0;
  const description = firstText(annotations.description, annotations.message);
  return makeEvent({
    ...placed(labels, options, body),
    action: resolved ? 'resolve' : 'trigger',
    dedupKey: textOf(alert.fingerprint) ?? sha256(labelText(labels)),
    title: titleOf(labels, annotations),
    message:
      cutOff > 0
        ? `${description ?? titleOf(labels, annotations)}\n(${cutOff} more alerts of this group were cut off by the sender.)`
        : description,
    details: {
      labels,
      annotations,
      ...(textOf(alert.startsAt) ? { startsAt: alert.startsAt } : {}),
      ...(textOf(body.groupKey) ? { groupKey: body.groupKey } : {}),
      ...extras?.details,
    },
    links: readLinks([
      ...runbookLinks(annotations),
      ...(extras?.links ?? []),
      { href: alert.generatorURL, text: 'Source' },
    ]),
    images: extras?.images,
    // A resolved alert's time is its end. Year 1 stands for "not over".
    detectedAt: instantOf(resolved ? alert.endsAt : alert.startsAt, receivedAt) ?? receivedAt,
  });
}

function groupEvent(
  body: JsonObject,
  alerts: readonly JsonObject[],
  receivedAt: EpochMs,
  options: GroupOptions,
): InboundEvent {
  const labels = objectOf(body.commonLabels);
  const annotations = objectOf(body.commonAnnotations);
  const firing = alerts.filter((alert) => !isResolved(alert));
  const resolved = firing.length === 0 && body.status !== 'firing';
  const counted = `${firing.length} firing, ${alerts.length - firing.length} resolved`;
  const groupKey = textOf(body.groupKey) ?? `${textOf(body.receiver) ?? ''}:${labelText(objectOf(body.groupLabels))}`;
  return makeEvent({
    ...placed(labels, options, body),
    severity: worst(firing.length > 0 ? firing : alerts),
    action: resolved ? 'resolve' : 'trigger',
    dedupKey: sha256(groupKey),
    title:
      alerts.length === 1
        ? titleOf(objectOf(alerts[0]?.labels), objectOf(alerts[0]?.annotations))
        : `${titleOf(labels, annotations)} (${counted})`,
    message: alerts
      .map(
        (alert) =>
          `${isResolved(alert) ? 'Resolved' : 'Firing'}: ${titleOf(objectOf(alert.labels), objectOf(alert.annotations))}`,
      )
      .join('\n'),
    details: { groupLabels: objectOf(body.groupLabels), commonLabels: labels, commonAnnotations: annotations, alerts },
    links: readLinks(
      unique([...alerts.flatMap((alert) => runbookLinks(objectOf(alert.annotations))), ...runbookLinks(annotations)]),
    ),
    images: alerts.flatMap((alert) => options.extras?.(alert).images ?? []),
    detectedAt: earliest(firing, receivedAt),
  });
}

function placed(labels: JsonObject, { client }: GroupOptions, body: JsonObject): Partial<EventDraft> {
  return {
    service: textOf(labels.service),
    team: textOf(labels.team),
    severity: severityOfLabels(labels),
    source: firstText(labels.instance, labels.host, labels.node, labels.pod, body.receiver),
    client,
    clientUrl: textOf(body.externalURL),
    component: firstText(labels.component, labels.job),
    group: firstText(labels.group, labels.namespace, labels.cluster),
    class: textOf(labels.alertname),
  };
}

function titleOf(labels: JsonObject, annotations: JsonObject): string {
  const { alertname, ...others } = labels;
  const fallback = `${textOf(alertname) ?? 'Alert'}${labelText(others) === '' ? '' : ` (${labelText(others)})`}`;
  return firstText(annotations.summary, annotations.title) ?? fallback;
}

const WORST_FIRST = ['critical', 'error', 'warning', 'info'] as const;

function worst(alerts: readonly JsonObject[]): (typeof WORST_FIRST)[number] | undefined {
  const found = new Set(alerts.map((alert) => severityOfLabels(objectOf(alert.labels))));
  return WORST_FIRST.find((severity) => found.has(severity));
}

function earliest(alerts: readonly JsonObject[], receivedAt: EpochMs): EpochMs {
  return alerts.reduce((at, alert) => Math.min(at, instantOf(alert.startsAt, receivedAt) ?? receivedAt), receivedAt);
}

function unique<T extends { readonly href: string }>(links: readonly T[]): T[] {
  return [...new Map(links.map((link) => [link.href, link])).values()];
}
