// The two questions by fqm-execution, on the same ELM wrapped in a Measure: node fqm_execution.mjs severity.json FOLDER AS_OF [--only-asked]
//
// fqm-execution gives populations and the results of statements; the two answers are statements.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { bundles } from "./load.mjs";

const require = createRequire(import.meta.url);
const { Calculator } = require("fqm-execution");

const [elm, folder, asOf, onlyAsked] = process.argv.slice(2);
const library = {
  resourceType: "Library", id: "Severity", url: "urn:example:Library/Severity", name: "Severity", version: "1.0.0", status: "draft",
  type: { coding: [{ code: "logic-library" }] },
  content: [{ contentType: "application/elm+json", data: Buffer.from(readFileSync(elm)).toString("base64") }],
};
const code = (value) => ({ coding: [{ system: "http://terminology.hl7.org/CodeSystem/measure-population", code: value }] });
const measure = {
  resourceType: "Measure", id: "severity", url: "urn:example:Measure/severity", status: "draft", library: [library.url],
  scoring: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/measure-scoring", code: "cohort" }] },
  group: [{ id: "all", population: [{ id: "everyone", code: code("initial-population"),
    criteria: { language: "text/cql", expression: "Everyone" } }] }],
};
const measureBundle = { resourceType: "Bundle", type: "collection", entry: [{ resource: measure }, { resource: library }] };
const options = { calculateHTML: false, calculateSDEs: false, calculateClauseCoverage: false, calculateClauseUncoverage: false,
  disableHTMLOrdering: true, trustMetaProfile: false, measurementPeriodStart: "2015-01-01", measurementPeriodEnd: asOf };

const loaded = [...bundles(folder, Boolean(onlyAsked))];
const lines = [];
const BLOCK = 25; // as many as fit into memory with all that it keeps of each
for (let at = 0; at < loaded.length; at += BLOCK) {
  const block = loaded.slice(at, at + BLOCK).map(([, bundle]) => bundle);
  const { results } = await Calculator.calculate(measureBundle, block, options);
  for (const one of results) {
    const said = new Map((one.detailedResults[0].statementResults ?? []).map((each) => [each.statementName, each.raw]));
    lines.push(`${one.patientId}\t${said.get("Severity")}\t${said.get("Response")}\n`);
  }
}
process.stdout.write(lines.sort().join(""));
