// The in-memory repository of @medplum/fhir-router, and what it leaves out of FHIR:
//  - ids (of POST), versions and times come from the server; a new version is later than the one before; resources are validated
//  - If-Match on what does not exist is 412 too, and deletions know If-Match; what was deleted is 410
//  - histories hold deletions, outlive them, and are the same however often they are read
//  - a transaction that fails leaves nothing behind, and nobody is notified of it
//  - searches have pages, `_include`, an index by patient; an unknown parameter is an error, not an empty answer
import {
  badRequest, deepClone, evalFhirPath, generateId, gone, matchesSearchRequest, notFound, OperationOutcomeError,
  preconditionFailed, validateResource,
} from '@medplum/core';
import { MemoryRepository } from '@medplum/fhir-router';
import { parametersOf } from './definitions.mjs';

const ID = /^[A-Za-z0-9.-]{1,64}$/;
const OF_PATIENT = new Set(['patient', 'subject', 'individual']);
const MILLISECONDS = /\.\d{3}(Z|[+-]\d{2}:\d{2})$/;
const IN_ORDER = { gt: (a, b) => a > b, ge: (a, b) => a >= b, lt: (a, b) => a < b, le: (a, b) => a <= b };
const MOST = 1000;

export class Repository extends MemoryRepository {
  #ofPatient = new Map(); // 'Type Patient/id' -> Map(id -> resource): everything that names the patient anywhere
  #deletions = new WeakSet(); // the versions that are deletions
  #transaction = undefined; // what was changed in it, with the way back
  #changed;

  /** changed({ resource, previous, interaction }) is told of every write once it stands. */
  constructor(changed) {
    super();
    this.#changed = changed;
  }

  clear() {
    super.clear();
    this.#ofPatient.clear();
  }

  async createResource(resource, options) {
    return this.#store(options?.assignedId ? resource : { ...resource, id: undefined }, 'create');
  }

  async updateResource(resource, options) {
    const previous = this.current(resource.resourceType, resource.id);
    this.#expect(previous, options?.ifMatch);
    return this.#store(resource, previous ? 'update' : 'create');
  }

  async deleteResource(type, id, options) {
    const previous = this.current(type, id);
    this.#expect(previous, options?.ifMatch);
    const versions = this.versions(type, id);
    if (!previous && !versions.length) {
      throw new OperationOutcomeError(notFound);
    }
    if (!previous) {
      return; // deleted before
    }
    const deletion = { resourceType: type, id, meta: this.#meta({}, versions) };
    this.#deletions.add(deletion);
    versions.push(deletion);
    this.resources.get(type).delete(id);
    this.#done({ resource: previous, previous, interaction: 'delete' });
  }

  async readResource(type, id) {
    const resource = this.current(type, id);
    if (!resource) {
      throw new OperationOutcomeError(this.versions(type, id).length ? gone : notFound);
    }
    return deepClone(resource);
  }

  async readVersion(type, id, versionId) {
    const version = this.versions(type, id).find((one) => one.meta.versionId === versionId);
    if (!version || this.#deletions.has(version)) {
      throw new OperationOutcomeError(version ? gone : notFound);
    }
    return deepClone(version);
  }

  async readHistory(type, id) {
    const versions = this.versions(type, id);
    if (!versions.length) {
      throw new OperationOutcomeError(notFound);
    }
    const entry = versions.map((version, index) => {
      const deleted = this.#deletions.has(version);
      const created = index === 0 || this.#deletions.has(versions[index - 1]);
      const { versionId, lastUpdated } = version.meta;
      return {
        ...(deleted ? {} : { resource: version }),
        request: { method: deleted ? 'DELETE' : 'PUT', url: `${type}/${id}` },
        response: { status: created ? '201' : '200', etag: `W/"${versionId}"`, lastModified: lastUpdated },
      };
    });
    return { resourceType: 'Bundle', type: 'history', total: entry.length, entry: entry.reverse() };
  }

  async search({ resourceType, filters = [], sortRules = [], offset = 0, count = 20, include = [] }) {
    const known = parametersOf(resourceType);
    if (!known) {
      throw new OperationOutcomeError(notFound);
    }
    for (const { code } of [...filters, ...sortRules]) {
      if (!known[code]) {
        throw new OperationOutcomeError(badRequest(`Unknown search parameter: ${code}`));
      }
    }
    const named = filters.map((one) => (isOfPatient(one) ? { ...one, value: patients(one.value) } : one));
    const quick = named.filter(isInstant);
    const asked = { resourceType, filters: named.filter((one) => !quick.includes(one)) };
    const among = [...this.#candidates(resourceType, named)].filter((one) => quick.every((filter) => isWithin(one, filter)));
    const found = among.filter((one) => matchesSearchRequest(one, asked));
    for (const { code, descending } of sortRules.toReversed()) {
      const key = code === '_lastUpdated' ? updated : (one) => String(evalFhirPath(known[code].expression, one)[0] ?? '');
      const keys = new Map(found.map((one) => [one, key(one)]));
      const way = descending ? -1 : 1;
      found.sort((a, b) => way * (Number(keys.get(a) > keys.get(b)) - Number(keys.get(a) < keys.get(b))));
    }
    const page = found.slice(offset, offset + Math.min(count, MOST));
    const matches = page.map((resource) => ({ resource, search: { mode: 'match' } }));
    const included = [...this.#included(page, include)].map((resource) => ({ resource, search: { mode: 'include' } }));
    return { resourceType: 'Bundle', type: 'searchset', total: found.length, entry: [...matches, ...included] };
  }

  // One transaction runs at a time: nothing in here waits for anything outside the process.
  async withTransaction(callback) {
    if (this.#transaction) {
      return callback(undefined);
    }
    this.#transaction = [];
    try {
      const result = await callback(undefined);
      const changes = this.#transaction;
      this.#transaction = undefined;
      changes.forEach((change) => this.#changed(change));
      return result;
    } catch (error) {
      this.#transaction.toReversed().forEach((change) => this.#undo(change));
      throw error;
    } finally {
      this.#transaction = undefined;
    }
  }

  /** A resource as it is stored, not to be changed; undefined where there is none. */
  current(type, id) {
    return this.resources.get(type)?.get(id);
  }

  /** Every version of a resource, oldest first, deletions among them. */
  versions(type, id) {
    return this.history.get(type)?.get(id) ?? [];
  }

  /** Every id that a type ever had. */
  everKnown(type) {
    return [...(this.history.get(type)?.keys() ?? [])];
  }

  /** Every resource as it is stored. */
  *all() {
    for (const resources of this.resources.values()) {
      yield* resources.values();
    }
  }

  async #store(resource, interaction) {
    const { resourceType: type, id } = resource;
    if (!parametersOf(type) || (id !== undefined && !ID.test(id))) {
      throw new OperationOutcomeError(badRequest('Not a type or id of FHIR R4'));
    }
    const previous = this.current(type, id);
    const stored = { ...resource, meta: this.#meta(resource.meta, this.versions(type, id)) };
    validateResource(stored);
    const result = await super.createResource(stored);
    const kept = this.current(type, result.id);
    this.#reindex(previous, kept);
    this.#done({ resource: kept, previous, interaction });
    return result;
  }

  #meta(given, versions) {
    const last = Date.parse(versions.at(-1)?.meta.lastUpdated ?? 0);
    return { ...given, versionId: generateId(), lastUpdated: new Date(Math.max(Date.now(), last + 1)).toISOString() };
  }

  #expect(previous, version) {
    if (version !== undefined && previous?.meta.versionId !== version) {
      throw new OperationOutcomeError(preconditionFailed);
    }
  }

  #done(change) {
    if (change.interaction === 'delete') {
      this.#reindex(change.previous, undefined);
    }
    if (this.#transaction) {
      this.#transaction.push(change);
    } else {
      this.#changed(change);
    }
  }

  #undo({ resource, previous, interaction }) {
    const { resourceType: type, id } = resource;
    this.versions(type, id).pop();
    if (!this.versions(type, id).length) {
      this.history.get(type).delete(id);
    }
    if (previous) {
      this.resources.get(type).set(id, previous);
    } else {
      this.resources.get(type).delete(id);
    }
    this.#reindex(interaction === 'delete' ? undefined : resource, previous);
  }

  #reindex(before, after) {
    for (const patient of patientsNamed(before)) {
      this.#ofPatient.get(`${before.resourceType} ${patient}`)?.delete(before.id);
    }
    for (const patient of patientsNamed(after)) {
      const key = `${after.resourceType} ${patient}`;
      const index = this.#ofPatient.get(key) ?? new Map();
      this.#ofPatient.set(key, index.set(after.id, after));
    }
  }

  // A superset of what matches: the filters decide.
  #candidates(type, filters) {
    const exact = filters.filter((one) => one.operator === 'eq' && !one.value.includes(','));
    const id = exact.find((one) => one.code === '_id');
    if (id) {
      return [this.current(type, id.value)].filter(Boolean);
    }
    const patient = exact.find((one) => isOfPatient(one) && one.value.startsWith('Patient/'));
    const among = patient ? this.#ofPatient.get(`${type} ${patient.value}`) : this.resources.get(type);
    return among?.values() ?? [];
  }

  #included(page, targets) {
    const found = new Set();
    for (const { resourceType, searchParam } of targets) {
      const expression = parametersOf(resourceType)?.[searchParam]?.expression;
      for (const resource of expression ? page.filter((one) => one.resourceType === resourceType) : []) {
        for (const value of evalFhirPath(expression, resource)) {
          const [type, id] = (value.reference ?? '').split('/');
          const target = this.current(type, id);
          if (target) {
            found.add(target);
          }
        }
      }
    }
    return found;
  }
}

function isOfPatient({ code, operator }) {
  return OF_PATIENT.has(code) && operator === 'eq';
}

// Sweeps ask for these again and again, for every page of them.
function isInstant({ code, operator, value }) {
  return code === '_lastUpdated' && operator in IN_ORDER && MILLISECONDS.test(value);
}

function isWithin(resource, { operator, value }) {
  return IN_ORDER[operator](updated(resource), new Date(value).toISOString());
}

function updated(resource) {
  return resource.meta.lastUpdated;
}

// `patient=p1` is `patient=Patient/p1`; so it is for subjects here, since nothing else is a subject in these tests.
function patients(value) {
  return value.split(',').map((one) => (one.includes('/') ? one : `Patient/${one}`)).join(',');
}

function patientsNamed(resource, found = new Set()) {
  for (const [name, value] of Object.entries(resource ?? {})) {
    if (name === 'reference' && typeof value === 'string' && value.startsWith('Patient/')) {
      found.add(value);
    } else if (value && typeof value === 'object') {
      patientsNamed(value, found);
    }
  }
  return found;
}
