-- The two questions in DuckDB: severity at baseline and the response at day 90, of every patient of an export.
-- Variables: folder, as_of. Columns are declared, since the types that DuckDB infers change with a dirty date.

CREATE TEMP TABLE codes AS
SELECT concept, kind, system, unnest(string_split(listed, ' ')) AS code FROM (VALUES
  ('anc', 'cells', 'http://loinc.org', '751-8 26499-4 753-4'),
  ('plt', 'cells', 'http://loinc.org', '777-3 26515-7 778-1 49497-1'),
  ('arc', 'cells', 'http://loinc.org', '60474-4 14196-0 40665-2'),
  ('wbc', 'cells', 'http://loinc.org', '6690-2 26464-8 804-5 49498-9'),
  ('hgb', 'mass', 'http://loinc.org', '718-7 20509-6 30350-3 30313-1 59260-0 93846-4 75928-2'),
  ('other', 'enzyme', 'http://loinc.org', '1742-6 1743-4 1744-2 77144-4 1920-8 30239-8 88112-8'),
  ('other', 'serum', 'http://loinc.org', '2160-0 14682-9 77140-2 1975-2 14631-6 77137-8 1968-7 14629-0'),
  ('cellularity', 'percent', 'urn:marrow:lan-2021', 'marrow-cellularity'),
  ('residual', 'percent', 'urn:marrow:lan-2021', 'residual-haematopoietic-cells'),
  ('status', 'status', 'urn:marrow:lan-2021', 'transfusion-status'),
  ('rabbit', '', 'http://www.whocc.no/atc', 'L04AA04'),
  ('rabbit', '', 'http://www.nlm.nih.gov/research/umls/rxnorm', '225741 107047 107050 1177887 2282525 2282527 2282528'),
  ('horse', '', 'http://www.whocc.no/atc', 'L04AA03'),
  ('horse', '', 'http://www.nlm.nih.gov/research/umls/rxnorm', '91601 1204 197906 206289 1870646 1165939 2282514 2282518 2282519'),
  ('eltrombopag', '', 'http://www.whocc.no/atc', 'B02BX05'),
  ('eltrombopag', '', 'http://www.nlm.nih.gov/research/umls/rxnorm', '711942'),
  ('transplant', '', 'http://snomed.info/sct', '234336002 445715009'),
  ('platelets', '', 'http://snomed.info/sct', '12719002 180208003'),
  ('red_cells', '', 'http://snomed.info/sct', '116863004 71493000 425513008 426290002 288170000 33389009 301842006')
) AS given(concept, kind, system, listed);

CREATE TEMP TABLE units AS
SELECT * FROM (VALUES
  ('cells', '10*9/L', 1.0::DOUBLE), ('cells', 'x10E9/L', 1), ('cells', '10*3/uL', 1), ('cells', '10^3/uL', 1), ('cells', 'K/uL', 1),
  ('cells', '/nL', 1), ('cells', '/uL', 1000), ('mass', 'g/L', 1), ('mass', 'g/dL', 0.1), ('percent', '%', 1), ('enzyme', 'U/L', 1),
  ('serum', 'mg/dL', 1)
) AS given(kind, unit, divisor);

CREATE TEMP TABLE observed AS
WITH lines AS (
  SELECT * FROM read_json(
    getvariable('folder') || '/Observation.*ndjson', format = 'newline_delimited', ignore_errors = true, columns = {
      id: 'VARCHAR', meta: 'STRUCT("versionId" VARCHAR, "lastUpdated" VARCHAR)', status: 'VARCHAR',
      code: 'STRUCT(coding STRUCT(system VARCHAR, code VARCHAR)[])', subject: 'STRUCT(reference VARCHAR)',
      "effectiveDateTime": 'VARCHAR',
      "valueQuantity": 'STRUCT("value" DOUBLE, unit VARCHAR, code VARCHAR, comparator VARCHAR)',
      "valueRange": 'STRUCT(low STRUCT("value" DOUBLE, unit VARCHAR), high STRUCT("value" DOUBLE, unit VARCHAR))',
      "valueCodeableConcept": 'STRUCT(coding STRUCT(code VARCHAR)[])', "method": 'STRUCT(coding STRUCT(code VARCHAR)[])'})
), coded AS (
  SELECT *, unnest(code.coding) AS coding FROM lines
), asked AS (
  SELECT id, meta."versionId"::INT AS version, meta."lastUpdated" AS updated, status, codes.concept, codes.kind,
    substr(subject.reference, 9) AS patient, "effectiveDateTime" AS said,
    "valueQuantity".comparator IS NOT DISTINCT FROM '<' AS is_open, "method".coding[1].code IS NOT DISTINCT FROM 'biopsy' AS is_biopsy,
    coalesce("valueQuantity".unit, "valueRange".low.unit) AS unit, "valueCodeableConcept".coding[1].code AS word,
    coalesce("valueQuantity"."value", "valueRange".low."value") AS low,
    coalesce("valueQuantity"."value", "valueRange".high."value") AS high
  FROM coded JOIN codes ON codes.code = coding.code AND codes.system = coding.system
), newest AS (
  SELECT * FROM asked QUALIFY row_number() OVER (PARTITION BY id ORDER BY version DESC, updated DESC) = 1
), dated AS (
  SELECT *, try_cast(said AS TIMESTAMPTZ) AS taken, try_cast(left(said, 10) AS DATE) AS day
  FROM newest
  WHERE status NOT IN ('entered-in-error', 'cancelled', 'registered')
)
SELECT patient, concept, taken, day, is_open, is_biopsy, CASE WHEN is_open THEN 0 ELSE low / divisor END AS lo, high / divisor AS hi, word
FROM dated LEFT JOIN units ON units.kind = dated.kind AND units.unit = dated.unit
WHERE taken IS NOT NULL AND day IS NOT NULL AND (divisor IS NOT NULL OR concept = 'status');

CREATE TEMP TABLE done AS
WITH given AS (
  SELECT id, meta, status, subject, "medicationCodeableConcept".coding AS codings,
    coalesce("effectiveDateTime", "effectivePeriod"."start") AS said
  FROM read_json(
    getvariable('folder') || '/MedicationAdministration.*ndjson', format = 'newline_delimited', ignore_errors = true, columns = {
      id: 'VARCHAR', meta: 'STRUCT("versionId" VARCHAR, "lastUpdated" VARCHAR)', status: 'VARCHAR', subject: 'STRUCT(reference VARCHAR)',
      "medicationCodeableConcept": 'STRUCT(coding STRUCT(system VARCHAR, code VARCHAR)[])', "effectiveDateTime": 'VARCHAR',
      "effectivePeriod": 'STRUCT("start" VARCHAR)'})
), performed AS (
  SELECT id, meta, status, subject, code.coding AS codings, coalesce("performedDateTime", "performedPeriod"."start") AS said
  FROM read_json(
    getvariable('folder') || '/Procedure.*ndjson', format = 'newline_delimited', ignore_errors = true, columns = {
      id: 'VARCHAR', meta: 'STRUCT("versionId" VARCHAR, "lastUpdated" VARCHAR)', status: 'VARCHAR', subject: 'STRUCT(reference VARCHAR)',
      code: 'STRUCT(coding STRUCT(system VARCHAR, code VARCHAR)[])', "performedDateTime": 'VARCHAR',
      "performedPeriod": 'STRUCT("start" VARCHAR)'})
), coded AS (
  SELECT 'given' AS resource, *, unnest(codings) AS coding FROM given
  UNION ALL SELECT 'performed', *, unnest(codings) FROM performed
), newest AS (
  SELECT coded.*, concept FROM coded JOIN codes ON codes.code = coding.code AND codes.system = coding.system
  QUALIFY row_number() OVER (PARTITION BY resource, id ORDER BY meta."versionId"::INT DESC, meta."lastUpdated" DESC) = 1
)
SELECT substr(subject.reference, 9) AS patient, concept, try_cast(left(said, 10) AS DATE) AS day,
  CASE WHEN length(said) > 10 THEN try_cast(said AS TIMESTAMPTZ) END AS taken
FROM newest
WHERE status NOT IN ('entered-in-error', 'cancelled', 'not-done', 'preparation') AND try_cast(said AS TIMESTAMPTZ) IS NOT NULL;

CREATE TEMP TABLE people AS
SELECT id AS patient, gender, "birthDate" AS born, try_cast(left("deceasedDateTime", 10) AS DATE) AS died
FROM read_json(getvariable('folder') || '/Patient.*ndjson', format = 'newline_delimited', ignore_errors = true,
  columns = {id: 'VARCHAR', gender: 'VARCHAR', "birthDate": 'DATE', "deceasedDateTime": 'VARCHAR'});

-- neutrophils where only leukocytes were counted: no more than these
CREATE TEMP TABLE facts AS
SELECT *, false AS is_bound FROM observed
UNION ALL
SELECT wbc.* REPLACE ('anc' AS concept, 0 AS lo, false AS is_open), true
FROM observed AS wbc
WHERE wbc.concept = 'wbc'
  AND NOT EXISTS (FROM observed AS anc WHERE anc.concept = 'anc' AND anc.patient = wbc.patient AND anc.taken = wbc.taken);

CREATE TEMP TABLE starts AS SELECT patient, min(taken) AS taken, arg_min(day, taken) AS day FROM done WHERE concept = 'rabbit' GROUP BY patient;

CREATE TEMP TABLE indices AS
SELECT patient, coalesce(starts.taken, seen.taken) AS index_taken, coalesce(starts.day, seen.day, getvariable('as_of')) AS index_day
FROM people LEFT JOIN starts USING (patient) LEFT JOIN (
  SELECT patient, max(taken) AS taken, arg_max(day, taken) AS day FROM observed WHERE concept NOT IN ('hgb', 'status') GROUP BY patient
) AS seen USING (patient);

-- severity
CREATE TEMP TABLE baseline AS
WITH inside AS (
  SELECT facts.*, index_day
  FROM facts JOIN indices USING (patient)
  WHERE concept IN ('anc', 'plt', 'arc', 'cellularity', 'residual') AND day <= index_day AND NOT (day = index_day AND taken > index_taken)
    AND day >= index_day - CASE WHEN concept IN ('cellularity', 'residual') THEN 90 ELSE 30 END
), transfused AS (
  SELECT DISTINCT inside.patient, inside.concept, inside.taken
  FROM inside JOIN done ON done.patient = inside.patient AND done.taken < inside.taken
    AND ((inside.concept = 'plt' AND done.concept = 'platelets' AND inside.day - done.day <= 3)
      OR (inside.concept = 'arc' AND done.concept = 'red_cells' AND inside.day - done.day <= 7))
), chosen AS (
  SELECT patient,
    arg_max({lo: lo, hi: hi, is_open: is_open, taken: taken}, taken) FILTER (concept = 'anc' AND NOT is_bound) AS anc,
    coalesce(arg_max(lo, taken) FILTER (concept = 'plt' AND transfused.taken IS NULL), min(lo) FILTER (concept = 'plt')) AS plt,
    coalesce(arg_max(lo, taken) FILTER (concept = 'arc' AND transfused.taken IS NULL), min(lo) FILTER (concept = 'arc')) AS arc,
    arg_max({lo: lo, hi: hi}, (is_biopsy, taken)) FILTER (concept = 'cellularity') AS cells,
    arg_max(lo, (is_biopsy, taken)) FILTER (concept = 'residual') AS residual
  FROM inside LEFT JOIN transfused USING (patient, concept, taken)
  GROUP BY patient
), bounds AS (
  SELECT patient, arg_max({lo: inside.lo, hi: inside.hi, is_open: false, taken: inside.taken}, inside.taken) AS bound
  FROM inside JOIN chosen USING (patient)
  WHERE is_bound AND (anc IS NULL OR (inside.taken > anc.taken AND anc.lo > inside.hi))
  GROUP BY patient
)
SELECT patient, coalesce(bound, anc) AS anc, plt, arc, cells, residual FROM chosen LEFT JOIN bounds USING (patient);

CREATE TEMP TABLE severities AS
WITH said AS (
  SELECT patient, arc,
    CASE WHEN anc.hi < 0.2 OR (anc.is_open AND anc.hi = 0.2) THEN true WHEN anc.lo >= 0.2 THEN false END AS very,
    CASE WHEN anc.hi < 0.5 OR (anc.is_open AND anc.hi = 0.5) THEN true WHEN anc.lo >= 0.5 THEN false END AS severe,
    coalesce((plt < 20)::INT, 0) + coalesce((arc < 20)::INT, 0) AS sure, (plt IS NULL)::INT + (arc IS NULL)::INT AS unsure,
    cells IS NULL OR cells.lo < 25 OR (cells.hi >= 25 AND cells.lo <= 50 AND (residual < 30 OR residual IS NULL)) AS may_be,
    cells IS NULL OR cells.hi > 50 OR (cells.hi >= 25 AND cells.lo <= 50 AND (residual >= 30 OR residual IS NULL)) AS may_not_be
  FROM people LEFT JOIN baseline USING (patient)
), possible AS (
  SELECT patient, arc, very IS DISTINCT FROM false AS a, very IS DISTINCT FROM true AND severe IS DISTINCT FROM false AS b,
    severe IS DISTINCT FROM true AS c,
    may_be AND a AND sure + unsure >= 1 AS is_very_severe,
    may_be AND ((b AND sure + unsure >= 1) OR (c AND sure + unsure >= 2)) AS is_severe,
    may_not_be OR (may_be AND (((a OR b) AND sure < 1) OR (c AND sure < 2))) AS is_not
  FROM said
)
SELECT patient, arc AS arc_before, CASE
    WHEN is_very_severe::INT + is_severe::INT + is_not::INT > 1 THEN 'UNDETERMINED'
    WHEN is_very_severe THEN 'vSAA' WHEN is_severe THEN 'SAA' ELSE 'NSAA' END AS severity
FROM possible;

-- the response at day 90: counts of one visit, as near to the day as can be
CREATE TEMP TABLE visited AS
WITH inside AS (
  SELECT facts.*, facts.day - starts.day AS since
  FROM facts JOIN starts USING (patient)
  WHERE concept IN ('anc', 'plt', 'hgb', 'arc', 'status') AND facts.day - starts.day BETWEEN 76 AND 104
), panel AS (
  SELECT DISTINCT patient, concept, since FROM inside WHERE concept <> 'status' AND NOT is_bound
), near AS (
  SELECT one.patient, one.since AS first, other.concept, min(abs(other.since - 90) * 1000 + 104 - other.since) AS key
  FROM (SELECT DISTINCT patient, since FROM panel) AS one
  JOIN panel AS other ON other.patient = one.patient AND other.since BETWEEN one.since AND one.since + 3
  GROUP BY ALL
), ranked AS (
  SELECT patient, first, sum(key // 1000) AS distance, sum(key % 1000) AS later, count(*) AS found FROM near GROUP BY ALL
), spans AS (
  SELECT ranked.patient, first
  FROM ranked JOIN (SELECT patient, count(DISTINCT concept) AS wanted FROM panel GROUP BY patient) AS whole USING (patient)
  WHERE found = wanted
  QUALIFY row_number() OVER (PARTITION BY ranked.patient ORDER BY distance, later, first DESC) = 1
), picked AS (
  SELECT inside.*
  FROM inside LEFT JOIN spans USING (patient)
  QUALIFY row_number() OVER (PARTITION BY patient, concept
    ORDER BY is_bound, concept <> 'status' AND coalesce(since BETWEEN first AND first + 3, false) DESC,
      abs(since - 90), since DESC, taken DESC) = 1
)
SELECT patient,
  any_value({lo: lo, hi: hi}) FILTER (concept = 'anc') AS anc, any_value(lo) FILTER (concept = 'plt') AS plt,
  any_value(lo) FILTER (concept = 'hgb') AS hgb, any_value(day) FILTER (concept = 'hgb') AS hgb_day,
  any_value(lo) FILTER (concept = 'arc') AS arc, any_value(word) FILTER (concept = 'status') AS word,
  coalesce(max(since) FILTER (concept <> 'status'), max(since)) AS since
FROM picked GROUP BY patient;

CREATE TEMP TABLE assessed AS
WITH second_lines AS (
  SELECT patient, min(day) AS day FROM (
    SELECT done.patient, done.day FROM done JOIN starts USING (patient)
    WHERE (concept IN ('rabbit', 'horse') AND done.day - starts.day >= 28) OR (concept = 'transplant' AND done.day >= starts.day)
    UNION ALL
    SELECT patient, min(done.day) FROM done JOIN starts USING (patient) WHERE concept = 'eltrombopag'
    GROUP BY patient, starts.day HAVING min(done.day) - starts.day >= 28
  ) GROUP BY patient
), days AS (
  SELECT starts.patient, starts.day AS start, starts.day + coalesce(since, 104)::INT AS day, visited.* EXCLUDE (patient)
  FROM starts LEFT JOIN visited USING (patient)
), transfused AS (
  SELECT DISTINCT patient FROM days JOIN done USING (patient)
  WHERE concept IN ('platelets', 'red_cells') AND days.day - done.day BETWEEN 0 AND 28
)
SELECT days.*, severity, arc_before, born, gender, died <= days.day OR second_lines.day <= days.day AS is_over,
  CASE WHEN transfused.patient IS NOT NULL THEN false ELSE word = 'independent' END AS is_free
FROM days JOIN people USING (patient) JOIN severities USING (patient)
LEFT JOIN second_lines USING (patient) LEFT JOIN transfused USING (patient);

CREATE TEMP TABLE responses AS
WITH said AS (
  SELECT *, hgb >= CASE
      WHEN hgb_day >= born + INTERVAL 180 MONTH THEN CASE WHEN gender = 'male' THEN 130 ELSE 120 END
      WHEN hgb_day >= born + INTERVAL 144 MONTH THEN 120 WHEN hgb_day >= born + INTERVAL 60 MONTH THEN 115
      WHEN hgb_day >= born + INTERVAL 24 MONTH THEN 110 WHEN hgb_day >= born + INTERVAL 6 MONTH THEN 105
      WHEN hgb_day >= born + INTERVAL 3 MONTH THEN 95 WHEN hgb_day >= born + INTERVAL 2 MONTH THEN 90 ELSE 100 END AS is_normal,
    CASE WHEN anc.lo > 1.5 THEN true WHEN anc.hi <= 1.5 THEN false END AS anc_complete,
    CASE WHEN anc.lo > 0.5 THEN true WHEN anc.hi <= 0.5 THEN false END AS anc_partial,
    round(arc - arc_before, 6) > 30 AS has_risen
  FROM assessed
)
SELECT patient, CASE
    WHEN getvariable('as_of') < start + 104 THEN 'NOT_DUE'
    WHEN is_over OR is_free = false THEN 'NR'
    WHEN is_free IS NULL OR (anc_complete AND plt > 100 AND is_normal) IS NULL THEN 'UNDETERMINED'
    WHEN anc_complete AND plt > 100 AND is_normal THEN 'CR'
    WHEN (anc_partial AND plt > 20 AND arc > 30 AND has_risen) IS NULL THEN 'UNDETERMINED'
    WHEN anc_partial AND plt > 20 AND arc > 30 AND has_risen THEN 'PR'
    ELSE 'TI_BELOW_PR' END AS response
FROM said;

SELECT patient, severity, coalesce(response, 'NOT_APPLICABLE')
FROM severities LEFT JOIN responses USING (patient)
ORDER BY patient;
