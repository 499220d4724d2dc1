// The two questions by cql-execution with cql-exec-fhir, on Severity.cql: node cql_execution.mjs severity.json FOLDER AS_OF [--only-asked]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { bundles } from "./load.mjs";

const require = createRequire(import.meta.url);
const cql = require("cql-execution");
const fhir = require("cql-exec-fhir");

const [elm, folder, asOf, onlyAsked] = process.argv.slice(2);
const library = new cql.Library(JSON.parse(readFileSync(elm, "utf8")));
const executor = new cql.Executor(library, undefined, { "As Of": cql.Date.parse(asOf) });
const loaded = bundles(folder, Boolean(onlyAsked));
const source = fhir.PatientSource.FHIRv401(); // one for all: making one parses the whole model
const lines = [];
for (const [patient, bundle] of loaded) {
  source.reset();
  source.loadBundles([bundle]);
  try {
    const answer = (await executor.exec(source)).patientResults[patient];
    lines.push(`${patient}\t${answer.Severity}\t${answer.Response}\n`);
  } catch (error) {
    if (process.env.SHOW) console.error(patient, error);
    lines.push(`${patient}\tFAILED\tFAILED\n`);
  }
  loaded.set(patient, null);
}
process.stdout.write(lines.sort().join(""));
