import type * as z from 'zod';
import { type ConfigDocument, parseConfig } from '../../../core/config/document.ts';
import { isRecord } from '../../../core/config/fields.ts';
import type { Contact } from '../../../core/delivery.ts';
import type { Directory } from '../../../core/oncall.ts';
import { directoryIn, instantFor, serviceIn } from '../../../core/scenario.ts';
import { DAY_MS } from '../../../core/schedule/zone.ts';
import type { Service } from '../../../core/service.ts';
import { type Question, type Simulation, simulate } from '../../../core/simulate.ts';
import { simulationText, simulationWarnings } from '../../../core/simulation-text.ts';
import { type EpochMs, localDay, MINUTE_MS, SECOND_MS, toIso } from '../../../core/time.ts';
import type { Surroundings } from '../../app/ports.ts';
import type { CalendarStore } from '../../data/calendar.ts';
import type { CurrentConfig } from '../../data/current-config.ts';
import type { ServiceStore } from '../../data/services.ts';
import { json, Problem } from '../problem.ts';
import { check, fieldPath, readJsonObject } from '../request.ts';
import type { Operations } from '../router.ts';
import { localIso } from '../schedule-views.ts';
import { instant, simulateBody } from '../schemas.ts';

export interface SimulateDeps extends Pick<Surroundings, 'now'> {
  readonly currentConfig: Pick<CurrentConfig, 'current'>;
  readonly services: Pick<ServiceStore, 'get'>;
  readonly calendar: CalendarStore;
  readonly fallback: Contact;
}

type SimulateBody = z.output<typeof simulateBody>;

/** Days of a team's calendar that are read; policies end in a few. */
const CALENDAR_DAYS = 60;

/** What would happen if an incident came up. Changes nothing, sends nothing. */
export function simulateOperations(deps: SimulateDeps): Pick<Operations, 'simulate'> {
  /** A text without a zone is the wall clock of the service's people, for whom one simulates. */
  function instantOf({ at: asked }: SimulateBody, service: Service): EpochMs {
    if (asked === undefined) return deps.now();
    return typeof asked === 'number' ? instant.parse(asked) : instantFor(service, asked);
  }

  /** With the configuration in force, and whatever people have put into the tables by hand. */
  async function inForce(body: SimulateBody): Promise<{ service: Service; directory: Directory }> {
    const service = await deps.services.get(body.service);
    if (!service) throw unknownService(body.service);
    const { people } = await deps.currentConfig.current();
    const { team, timeZone } = service;
    const first = Date.parse(localDay(instantOf(body, service), timeZone));
    const days = Array.from({ length: CALENDAR_DAYS }, (_, day) => toIso(first + day * DAY_MS).slice(0, 10));
    const calendar = team === undefined ? {} : await deps.calendar.days(team, days);
    return { service, directory: { calendar, people, fallback: deps.fallback } };
  }

  /** With a configuration that somebody is only thinking about. */
  function tried(body: SimulateBody, document: ConfigDocument): { service: Service; directory: Directory } {
    const service = serviceIn(document, body.service);
    if (!service) throw unknownService(body.service);
    return { service, directory: directoryIn(document, service.team, deps.fallback) };
  }

  return {
    async simulate(event) {
      const value = readJsonObject(event);
      const config = isRecord(value.config) ? parseConfig(value.config) : undefined;
      const faults = config?.ok === false ? config.faults : [];
      const errors = faults.map(({ path, message }) => ({ field: fieldPath(['config', ...path]), message }));
      const body = check(simulateBody, value, 'body', errors);
      const { service, directory } = config?.ok ? tried(body, config.document) : await inForce(body);
      const { severity, acknowledgedAfterMinutes: minutes } = body;
      const acknowledged = minutes === undefined ? {} : { acknowledgedAfterMs: Math.round(minutes * MINUTE_MS) };
      const question = { service, severity, at: instantOf(body, service), ...acknowledged };
      return json(
        200,
        view(
          question,
          simulate(question, () => directory),
        ),
      );
    },
  };
}

function view(question: Question, simulation: Simulation) {
  const { service, severity, at } = question;
  const { pages, story, end, held = null } = simulation;
  const { timeZone } = service;
  return {
    service: service.serviceId,
    severity,
    at: toIso(at),
    localTime: localIso(at, timeZone),
    timeZone,
    held,
    pages: pages.map((page) => ({
      at: toIso(page.at),
      afterSeconds: page.afterMs / SECOND_MS,
      localTime: localIso(page.at, timeZone),
      who: page.to.name ?? page.to.address,
      to: page.to.address,
      by: page.to.kind,
      role: page.role,
      reason: page.reason,
    })),
    story: story.map((line) => ({ ...line, at: toIso(line.at) })),
    end,
    warnings: simulationWarnings(question, simulation),
    text: simulationText(question, simulation),
  };
}

function unknownService(id: string): Problem {
  const errors = [{ field: 'service', message: 'is not configured' }];
  return new Problem('unknown_service', `Service ${JSON.stringify(id)} is not configured.`, { errors });
}
