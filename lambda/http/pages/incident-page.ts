import { type EpochMs, toIso } from '../../../core/time.ts';
import type { TimelineEntry } from '../../../core/timeline.ts';
import { cleanText, type Html, html, oneLine, safeHref } from './escape.ts';
import {
  clock,
  detailFacts,
  distance,
  type Fact,
  hostOf,
  type IncidentView,
  incidentLinks,
  MAX_TITLE_CHARS,
  originFacts,
  type ShownLink,
  urgentFacts,
} from './incident-facts.ts';
import { layout } from './layout.ts';

export interface IncidentPageInput {
  readonly incident: IncidentView;
  /** In order of `seq`; the page shows the newest first. */
  readonly timeline: readonly TimelineEntry[];
  readonly timeZone: string;
  readonly now: EpochMs;
  /** The acknowledge link of the same person; used while the incident is open. */
  readonly ackUrl?: string;
}

/** The page behind "see it": all that is known, and the way to the acknowledge page while nobody has acknowledged. */
export function incidentPage({ incident, timeline, timeZone, now, ackUrl }: IncidentPageInput): string {
  const href = incident.state === 'OPEN' && ackUrl !== undefined ? safeHref(ackUrl) : undefined;
  const message = cleanText(incident.message).replace(/\s+$/, '');
  return layout(
    pageTitle(incident),
    html`${head(incident)}
<p class="state ${incident.state}">${stateSentence(incident, timeZone, now)}</p>
${href === undefined ? '' : html`<a class="button" href="${href}">Acknowledge</a>\n`}${facts(urgentFacts(incident, timeZone, now))}
${section('Message', message === '' ? [] : [html`<pre tabindex="0">${message}</pre>\n`])}${factSection('Details', detailFacts(incident))}${section('Links', links(incidentLinks(incident)))}${factSection('Origin', originFacts(incident))}${section('Timeline', timelineList(timeline, timeZone, now))}`,
  );
}

export function pageTitle({ incidentId, severity, title }: IncidentView): string {
  return oneLine(`[${severity}] #${incidentId} ${title}`, MAX_TITLE_CHARS);
}

export function head({ incidentId, severity, title }: IncidentView): Html {
  return html`<p class="kicker">${severity} · incident #${incidentId}</p>
<h1>${oneLine(title, MAX_TITLE_CHARS)}</h1>`;
}

/** How things stand, in one sentence. */
export function stateSentence(incident: IncidentView, timeZone: string, now: EpochMs): string {
  const at = (instant: EpochMs | undefined) =>
    instant === undefined ? '' : ` at ${clock(instant, timeZone)}, ${distance(instant, now)}`;
  const by = (person: string | undefined) => (person === undefined ? '' : ` by ${oneLine(person, 200)}`);
  switch (incident.state) {
    case 'OPEN':
      return 'Open: nobody has acknowledged yet.';
    case 'CLAIMED': {
      const { snoozedUntil } = incident;
      const snooze = snoozedUntil === undefined ? '' : ` Snoozed until ${clock(snoozedUntil, timeZone)}.`;
      return `Acknowledged${by(incident.claimedBy)}${at(incident.claimedAt)}.${snooze}`;
    }
    case 'RESOLVED': {
      const merged = incident.mergedInto === undefined ? '' : ` It goes on in incident #${incident.mergedInto}.`;
      return `Resolved${by(incident.resolvedBy)}${at(incident.resolvedAt)}.${merged}`;
    }
  }
}

export function facts(rows: readonly Fact[]): Html {
  return html`<dl>
${rows.map(({ label, value }) => html`<dt>${label}</dt><dd>${value}</dd>\n`)}</dl>`;
}

function factSection(heading: string, rows: readonly Fact[]): Html {
  return section(heading, rows.length === 0 ? [] : [facts(rows)]);
}

function section(heading: string, content: readonly Html[]): Html {
  return content.length === 0 ? html`` : html`<section>\n<h2>${heading}</h2>\n${content}</section>\n`;
}

function links(shown: readonly ShownLink[]): Html[] {
  if (shown.length === 0) return [];
  const items = shown.map(({ label, href }) => {
    if (href === undefined) return html`<li>${label}</li>\n`;
    const host = label === href ? '' : html` <span class="soft">(${hostOf(href)})</span>`;
    return html`<li><a href="${href}" rel="noopener noreferrer">${label}</a>${host}</li>\n`;
  });
  return [html`<ul>\n${items}</ul>\n`];
}

function timelineList(entries: readonly TimelineEntry[], timeZone: string, now: EpochMs): Html[] {
  if (entries.length === 0) return [];
  const items = entries
    .toReversed()
    .map(
      ({ at, text }) =>
        html`<li><time datetime="${toIso(at)}">${clock(at, timeZone)} · ${distance(at, now)}</time>${oneLine(text, 2_000)}</li>\n`,
    );
  return [html`<p class="soft">Newest first.</p>\n<ol>\n${items}</ol>\n`];
}
