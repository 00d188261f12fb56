import { type Mapping, mappingSchema } from './mapping.ts';

/**
 * Nagios, Icinga 1, Naemon, Centreon. The notification command posts one flat JSON object of macros, in lower case:
 * `{"notification_type":"$NOTIFICATIONTYPE$","host_name":"$HOSTNAME$","host_address":"$HOSTADDRESS$","service_desc":"$SERVICEDESC$",
 *   "state":"$SERVICESTATE$","output":"$SERVICEOUTPUT$","long_output":"$LONGSERVICEOUTPUT$","notes_url":"$SERVICENOTESURL$",
 *   "author":"$NOTIFICATIONAUTHOR$","comment":"$NOTIFICATIONCOMMENT$","timet":"$TIMET$"}`;
 * for hosts without `service_desc` and with the HOST macros. Dedup keys are those of PagerDuty's pd-nagios, so a team that moves over
 * keeps its open problems apart in the same way.
 */
export const NAGIOS: Mapping = mappingSchema.parse({
  action: {
    at: '/notification_type',
    map: {
      PROBLEM: 'trigger',
      RECOVERY: 'resolve',
      ACKNOWLEDGEMENT: 'acknowledge',
      CUSTOM: 'trigger',
      FLAPPINGSTART: 'ignore',
      FLAPPINGSTOP: 'ignore',
      FLAPPINGDISABLED: 'ignore',
      DOWNTIMESTART: 'ignore',
      DOWNTIMEEND: 'ignore',
      DOWNTIMECANCELLED: 'ignore',
    },
    default: 'trigger',
  },
  title: [
    { template: '{/service_desc} on {/host_name} is {/state}' },
    { template: 'Host {/host_name} is {/state}' },
    '/output',
  ],
  message: ['/long_output', '/output'],
  dedupKey: [
    { template: 'event_source=service;host_name={/host_name};service_desc={/service_desc}' },
    { template: 'event_source=host;host_name={/host_name}' },
  ],
  severity: '/state',
  service: '/service',
  team: '/team',
  source: ['/host_name', '/host_address'],
  component: '/service_desc',
  client: { value: 'Nagios' },
  clientUrl: '/nagios_url',
  detectedAt: '/timet',
  by: '/author',
  note: '/comment',
  links: [{ href: '/notes_url', text: 'Runbook' }],
  required: ['title', 'dedupKey'],
});

/** For a document that nobody has described: the names that most senders use. Never refuses an object. */
export const ANY_JSON: Mapping = mappingSchema.parse({
  action: [
    ...['/event_action', '/event_type', '/action'].map((at) => ({
      at,
      map: { trigger: 'trigger', acknowledge: 'acknowledge', resolve: 'resolve' },
    })),
    ...['/status', '/state'].map((at) => ({
      at,
      map: { resolved: 'resolve', closed: 'resolve', recovered: 'resolve', ok: 'resolve' },
    })),
  ],
  title: [
    '/title',
    '/summary',
    '/subject',
    '/payload/summary',
    '/alert/message',
    '/alert/title',
    '/name',
    '/event/title',
    '/message',
    '/description',
    '/text',
    { value: 'Event in a form that is not known; see its details' },
  ],
  message: ['/message', '/description', '/text', '/body', '/details'],
  dedupKey: ['/dedup_key', '/dedupKey', '/incident_key', '/alias', '/fingerprint', '/key', '/id'],
  severity: ['/severity', '/payload/severity', '/level'],
  priority: '/priority',
  service: ['/service', '/labels/service'],
  team: ['/team', '/labels/team'],
  source: ['/source', '/host', '/hostname', '/payload/source'],
  component: ['/component', '/payload/component'],
  group: ['/group', '/payload/group'],
  class: ['/class', '/payload/class'],
  client: '/client',
  clientUrl: ['/client_url', '/url', '/link'],
  detectedAt: ['/timestamp', '/time', '/payload/timestamp'],
  links: [{ href: ['/runbook_url', '/annotations/runbook_url'], text: 'Runbook' }],
});
