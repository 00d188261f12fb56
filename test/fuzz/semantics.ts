import type { Operation } from '../../lambda/http/routes.ts';

/** Refusals that depend on what is there, or on more than the request: no schema can say them. By code, and the operations that may. */
const CODES: Readonly<Record<string, readonly Operation[] | 'any'>> = {
  // A path parameter is a text for the document, and names something or nothing.
  not_found: 'any',
  unknown_service: ['raiseIncident', 'simulate', 'createIntegration'],
  stale_version: [
    'updateIncident',
    'updateIncidentByBody',
    'snoozeIncident',
    'assignIncident',
    'escalateIncident',
    'addResponders',
    'mergeIncident',
    'prioritizeIncident',
  ],
  illegal_transition: [
    'updateIncident',
    'updateIncidentByBody',
    'snoozeIncident',
    'assignIncident',
    'escalateIncident',
    'addResponders',
    'mergeIncident',
    'prioritizeIncident',
  ],
  superseded: ['updateIncident', 'updateIncidentByBody'],
  stale_revision: ['putConfig', 'restoreConfig'],
  invalid_request: 'any',
};

/** What the fields of a request that the document allows may be at fault with all the same: `field: message`. */
const FIELDS: readonly RegExp[] = [
  // Times: a text or a number for the document.
  /: must be an RFC 3339 time or seconds since 1970$/,
  /^at: must be seconds since 1970$/,
  /: must be a time such as 2026-11-21T03:04, or with a zone$/,
  /^(until|minutes): is (over already|more than \d+ minutes ahead)$/,
  /^to: (must be (after from|400 days after from at most)|would make more than \d+ shifts.*|has more than \d+ gaps.*)$/,
  /^from: must not be after `to`$/,
  // Names lead somewhere or nowhere.
  /^(user|users\[\d+\]|escalationPolicy|into): there is no /s,
  /^cursor: is not one that a list has answered$/,
  /^\w+: cannot be combined with incidentId$/,
  // A pasted PagerDuty document is an object for the document, a rule of a mapping has optional members.
  /^(config\.)?schedules\[\d+\]\.pagerduty\b/,
  /^mapping\..*: exactly one of at, template and value$/s,
  // A header is a text for the document.
  /^If-Match: must be the ETag of GET \/config$/,
];

/** The document says of a configuration what its parts look like; what they say about each other, and what a text must mean, it does not. */
const CONFIG_FAULTS: readonly RegExp[] = [
  /^must (be|have|differ|not be) /,
  /^there is no /,
  /^give (either|services)/,
  /^(round_robin )?goes with /,
  /^is (the id of the method|used twice)/,
  / is there twice$/,
  /^needs a rule with time to acknowledge/,
  /^the user whom PagerDuty calls so/,
];

const OF_CONFIGURATION: readonly Operation[] = ['putConfig', 'simulate', 'addOverride', 'removeOverride'];

interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What is wrong with refusing a request that the document allows. `strangers` are parameters that the document does not know. */
export function refusalOfTheValid(
  operation: Operation | undefined,
  code: string,
  errors: readonly FieldError[],
  strangers: readonly string[],
): string[] {
  const allowed = CODES[code] ?? [];
  const mayBe = allowed === 'any' || (operation !== undefined && allowed.includes(operation));
  const isMeant = ({ field, message }: FieldError) =>
    strangers.some((name) => name.slice(0, 100) === field) ||
    FIELDS.some((rule) => rule.test(`${field}: ${message}`)) ||
    (operation !== undefined &&
      OF_CONFIGURATION.includes(operation) &&
      CONFIG_FAULTS.some((rule) => rule.test(message)));
  const unexplained = code === 'invalid_request' ? errors.filter((error) => !isMeant(error)) : [];
  const told = unexplained
    .map(({ field, message }) => `${field}: ${message}`)
    .join('; ')
    .slice(0, 500);
  if (mayBe && unexplained.length === 0 && (code !== 'invalid_request' || errors.length > 0)) return [];
  return [`${operation} refuses what the document allows: ${code} ${told}`];
}
