import type * as z from 'zod';
import { parseConfig } from '../../../core/config/document.ts';
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
  function tried(body: SimulateBody, config: unknown): { service: Service; directory: Directory } {
    const result = parseConfig(config);
    if (!result.ok) {
      const errors = result.faults.map(({ path, message }) => ({ field: fieldPath(['config', ...path]), message }));
      const faults = `${errors.length} fault${errors.length === 1 ? '' : 's'}`;
      throw new Problem('invalid_request', `The configuration has ${faults}.`, { errors });
    }
    const service = serviceIn(result.document, body.service);
    if (!service) throw unknownService(body.service);
    return { service, directory: directoryIn(result.document, service.team, deps.fallback) };
  }

  return {
    async simulate(event) {
      const body = check(simulateBody, readJsonObject(event), 'body');
      const { service, directory } = body.config === undefined ? await inForce(body) : tried(body, body.config);
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
