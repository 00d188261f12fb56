import type { EpochMs } from '../../../core/time.ts';
import { html, oneLine } from './escape.ts';
import { clock, distance, type IncidentView, urgentFacts } from './incident-facts.ts';
import { facts, head, pageTitle, stateSentence } from './incident-page.ts';
import { layout } from './layout.ts';

export interface AcknowledgeConfirmInput {
  readonly incident: IncidentView;
  /** Whose link it is: the name under which the acknowledgement will stand. */
  readonly person: string;
  readonly timeZone: string;
  readonly now: EpochMs;
}

/**
 * The page behind the acknowledge link: a button that posts to the page's own address. Showing it changes nothing, because mail
 * scanners open every link. Without a button when there is nothing left to acknowledge.
 */
export function acknowledgeConfirmPage({ incident, person, timeZone, now }: AcknowledgeConfirmInput): string {
  const open = incident.state === 'OPEN';
  return layout(
    `${open ? 'Acknowledge' : 'Nothing to acknowledge'}: ${pageTitle(incident)}`,
    html`${head(incident)}
<p class="state ${incident.state}">${stateSentence(incident, timeZone, now)}</p>
${
  open
    ? html`<form method="post"><button class="button" type="submit">Acknowledge</button></form>
<p class="soft">You take it on as ${oneLine(person, 200)}. Nobody else is paged after that.</p>
`
    : ''
}${facts(urgentFacts(incident, timeZone, now))}
`,
  );
}

export interface AcknowledgedInput {
  readonly incident: IncidentView;
  /** True when it had been acknowledged or resolved before, so that this press changed nothing. */
  readonly already: boolean;
  /** Who has it, and since when. */
  readonly by: string;
  readonly at: EpochMs;
  readonly timeZone: string;
  readonly now: EpochMs;
}

/** The answer to the button. */
export function acknowledgedPage({ incident, already, by, at, timeZone, now }: AcknowledgedInput): string {
  const resolved = incident.state === 'RESOLVED';
  const verb = resolved ? 'resolved' : 'acknowledged';
  const result = already ? `Already ${verb}` : 'Acknowledged';
  const rest = resolved
    ? 'There is nothing left to do.'
    : already
      ? 'Nobody else is being paged.'
      : 'It is yours now. Nobody else is paged.';
  return layout(
    `${result}: ${pageTitle(incident)}`,
    html`${head(incident)}
<p class="state ${resolved ? 'RESOLVED' : 'CLAIMED'}">${result} by ${oneLine(by, 200)} at ${clock(at, timeZone)}, ${distance(at, now)}.</p>
<p>${rest}</p>
${facts(urgentFacts(incident, timeZone, now))}
`,
  );
}
