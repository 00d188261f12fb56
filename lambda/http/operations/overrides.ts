import { randomUUID } from 'node:crypto';
import type { ConfigDocument } from '../../../core/config/document.ts';
import { overrideId } from '../../../core/config/schedules.ts';
import { applyConfig, type ConfigDeps, currentConfig } from '../../app/apply-config.ts';
import { MOST_CONFLICTS, TooManyConflicts } from '../../app/ports.ts';
import { type HttpResponse, Problem } from '../problem.ts';
import { check, checkBytes, readJsonObject } from '../request.ts';
import type { Operations } from '../router.ts';
import { overrideBody } from '../schemas.ts';
import { readAuthor, readConfig, showApplied } from './config.ts';

/** Overrides live in the configuration like all else; these two change it in place, so that swapping a shift needs no file. */
export function overrideOperations(deps: ConfigDeps): Pick<Operations, 'addOverride' | 'removeOverride'> {
  /** Applies an edit to whatever is in force, again if somebody else was faster. */
  async function edit(
    author: string,
    change: (document: ConfigDocument) => ConfigDocument,
    more: object,
  ): Promise<HttpResponse> {
    for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
      const { document, revision } = await currentConfig(deps);
      const result = await applyConfig(deps, checked(change(document)), author, revision);
      if (result.kind !== 'stale') return showApplied(result, more);
    }
    throw new TooManyConflicts('the configuration changed too often while an override was being written');
  }

  return {
    async addOverride(event) {
      const schedule = event.pathParameters?.id ?? '';
      const { id = randomUUID(), ...facts } = check(overrideBody, readJsonObject(event), 'body');
      mustExist((await currentConfig(deps)).document, schedule);
      const override = { id, schedule, ...facts };
      return edit(
        readAuthor(event),
        (document) => ({ ...document, overrides: [...(document.overrides ?? []), override] }),
        { override },
      );
    },

    async removeOverride(event) {
      const schedule = event.pathParameters?.id ?? '';
      const id = event.pathParameters?.override ?? '';
      const { document } = await currentConfig(deps);
      mustExist(document, schedule);
      const isIt = (each: NonNullable<ConfigDocument['overrides']>[number]) =>
        each.schedule === schedule && overrideId(each) === id;
      if (!(document.overrides ?? []).some(isIt)) throw new Problem('not_found', 'The schedule has no such override.');
      return edit(
        readAuthor(event),
        (current) => ({ ...current, overrides: (current.overrides ?? []).filter((each) => !isIt(each)) }),
        { removed: id },
      );
    },
  };
}

/** All else was checked when it was put: what is at fault is the override, at the fields that the sender knows. */
function checked(document: ConfigDocument): ConfigDocument {
  checkBytes(Buffer.byteLength(JSON.stringify(document)));
  try {
    return readConfig(document);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const errors = error.errors.map(({ field, message }) => ({
      field: field.replace(/^overrides\[\d+\]\./, ''),
      message,
    }));
    throw new Problem(error.code, 'The override is not valid.', { errors });
  }
}

function mustExist(document: ConfigDocument, schedule: string): void {
  if ((document.schedules ?? []).some((each) => each.id === schedule)) return;
  throw new Problem('not_found', 'There is no such schedule.');
}
