// The resources of an export by patient, as a FHIR server would hold them: each in its newest version, lines that are no JSON left out.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const KINDS = ["Patient", "Observation", "MedicationAdministration", "Procedure"];
const ASKED = new RegExp(
  '"code":"(751-8|26499-4|753-4|777-3|26515-7|778-1|49497-1|60474-4|14196-0|40665-2|6690-2|26464-8|804-5|49498-9|718-7|20509-6|30350-3' +
    "|30313-1|59260-0|93846-4|75928-2|1742-6|1743-4|1744-2|77144-4|1920-8|30239-8|88112-8|2160-0|14682-9|77140-2|1975-2|14631-6|77137-8" +
    "|1968-7|14629-0|marrow-cellularity|residual-haematopoietic-cells|transfusion-status|L04AA04|L04AA03|B02BX05|225741|107047|107050" +
    "|1177887|2282525|2282527|2282528|91601|1204|197906|206289|1870646|1165939|2282514|2282518|2282519|711942|234336002|445715009" +
    '|12719002|180208003|116863004|71493000|425513008|426290002|288170000|33389009|301842006)"',
);

/** Bundles by patient id. onlyAsked: pass over the lines without any code that the rules ask for. */
export function bundles(folder, onlyAsked) {
  const found = new Map();
  for (const kind of KINDS) {
    const newest = new Map();
    for (const name of readdirSync(folder).filter((each) => each.startsWith(`${kind}.`)).sort()) {
      for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
        if (!line || (onlyAsked && kind !== "Patient" && !ASKED.test(line))) continue;
        let one;
        try {
          one = JSON.parse(line);
        } catch {
          continue;
        }
        const known = newest.get(one.id);
        if (!known || rank(known, one) < 0) newest.set(one.id, one);
      }
    }
    for (const one of newest.values()) {
      const patient = kind === "Patient" ? one.id : one.subject.reference.slice(8);
      if (!found.has(patient)) found.set(patient, { resourceType: "Bundle", type: "collection", entry: [] });
      found.get(patient).entry.push({ resource: one });
    }
  }
  return found;
}

function rank(one, other) {
  return Number(one.meta.versionId) - Number(other.meta.versionId) || (one.meta.lastUpdated < other.meta.lastUpdated ? -1 : 0);
}
