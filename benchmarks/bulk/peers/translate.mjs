// CQL to ELM, once: node translate.mjs Severity.cql severity.json
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { SystemModelInfoProvider } from "@cqframework/cql/cql";
import { CqlTranslator, LibraryManager, ModelManager, createModelInfoProvider, createUcumService, stringAsSource } from "@cqframework/cql/cql-to-elm";

const [source, target] = process.argv.slice(2);
const models = join(dirname(createRequire(import.meta.url).resolve("cql-exec-fhir")), "modelInfos");
const known = new Map([["FHIR", "fhir-modelinfo-4.0.1.xml"]]);

const manager = new ModelManager();
manager.modelInfoLoader.registerModelInfoProvider(new SystemModelInfoProvider());
manager.modelInfoLoader.registerModelInfoProvider(
  createModelInfoProvider((name) => (known.has(name) ? stringAsSource(readFileSync(join(models, known.get(name)), "utf8")) : null)),
);
const unused = () => {
  throw new Error("no unit is converted here");
};
const units = createUcumService(unused, () => null, unused, unused); // only days and years occur
const translator = CqlTranslator.fromText(readFileSync(source, "utf8"), new LibraryManager(manager, undefined, undefined, units));
const faults = [...translator.errors.asJsReadonlyArrayView()];
for (const fault of faults) console.error(String(fault.message).split("\n")[0], place(fault));
if (faults.length) process.exit(1);
writeFileSync(target, translator.toJson());
function place(fault) {
  try { return String(fault.locator?.toLocator?.() ?? fault.locator); } catch { return ""; }
}
