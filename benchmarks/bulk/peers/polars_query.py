"""The two questions in Polars, with as many threads as cores are given.

    python polars_query.py FOLDER AS_OF > answers.tsv

Polars gives up a whole file at a line that was cut off, whatever `ignore_errors` says. So lines are read as text, those with a
code that is asked for are kept (an escaped one would be missed, which the generator does not write), those whose braces do not
match are dropped, and only what is left is decoded.
"""

import os
import sys
from datetime import date
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", str(len(os.sched_getaffinity(0))))

import polars as pl

LOINC, SNOMED, LOCAL = "http://loinc.org", "http://snomed.info/sct", "urn:marrow:lan-2021"
ATC, RXNORM = "http://www.whocc.no/atc", "http://www.nlm.nih.gov/research/umls/rxnorm"
MEASURED = (
    ("anc", "cells", LOINC, "751-8 26499-4 753-4"), ("plt", "cells", LOINC, "777-3 26515-7 778-1 49497-1"),
    ("arc", "cells", LOINC, "60474-4 14196-0 40665-2"), ("wbc", "cells", LOINC, "6690-2 26464-8 804-5 49498-9"),
    ("hgb", "mass", LOINC, "718-7 20509-6 30350-3 30313-1 59260-0 93846-4 75928-2"),
    ("other", "enzyme", LOINC, "1742-6 1743-4 1744-2 77144-4 1920-8 30239-8 88112-8"),
    ("other", "serum", LOINC, "2160-0 14682-9 77140-2 1975-2 14631-6 77137-8 1968-7 14629-0"),
    ("cellularity", "percent", LOCAL, "marrow-cellularity"), ("residual", "percent", LOCAL, "residual-haematopoietic-cells"),
    ("status", "status", LOCAL, "transfusion-status"),
)  # fmt: skip
DONE = (
    ("rabbit", "", ATC, "L04AA04"), ("horse", "", ATC, "L04AA03"), ("eltrombopag", "", ATC, "B02BX05"),
    ("eltrombopag", "", RXNORM, "711942"), ("rabbit", "", RXNORM, "225741 107047 107050 1177887 2282525 2282527 2282528"),
    ("horse", "", RXNORM, "91601 1204 197906 206289 1870646 1165939 2282514 2282518 2282519"),
    ("transplant", "", SNOMED, "234336002 445715009"), ("platelets", "", SNOMED, "12719002 180208003"),
    ("red_cells", "", SNOMED, "116863004 71493000 425513008 426290002 288170000 33389009 301842006"),
)  # fmt: skip
UNITS = pl.DataFrame(
    [(kind, unit, divisor) for kind, units, divisor in (
        ("cells", "10*9/L x10E9/L 10*3/uL 10^3/uL K/uL /nL", 1.0), ("cells", "/uL", 1000.0), ("mass", "g/L", 1.0),
        ("mass", "g/dL", 0.1), ("percent", "%", 1.0), ("enzyme", "U/L", 1.0), ("serum", "mg/dL", 1.0),
    ) for unit in units.split()],
    schema=["kind", "unit", "divisor"], orient="row",
)  # fmt: skip

CODED = pl.Struct({"coding": pl.List(pl.Struct({"system": pl.String, "code": pl.String}))})
QUANTITY = pl.Struct({"value": pl.Float64, "unit": pl.String, "comparator": pl.String})
PERIOD = pl.Struct({"start": pl.String})
HEAD = {"id": pl.String, "meta": pl.Struct({"versionId": pl.String, "lastUpdated": pl.String}), "status": pl.String,
        "subject": pl.Struct({"reference": pl.String})}  # fmt: skip
OBSERVATION = HEAD | {
    "code": CODED, "effectiveDateTime": pl.String, "valueQuantity": QUANTITY, "valueCodeableConcept": CODED, "method": CODED,
    "valueRange": pl.Struct({"low": QUANTITY, "high": QUANTITY}),
}  # fmt: skip
PERSON = {"id": pl.String, "gender": pl.String, "birthDate": pl.String, "deceasedDateTime": pl.String}
PANEL = ["anc", "plt", "hgb", "arc"]
c, w = pl.col, pl.when


def lines(folder: Path, kind: str, shape: dict[str, pl.DataType], codes: str = "") -> pl.LazyFrame:
    """The resources of a type, decoded; with `codes` only those that mention one."""
    raw = pl.scan_csv(folder / f"{kind}.*ndjson", separator="\x01", quote_char=None, has_header=False, schema={"line": pl.String})
    if codes:
        raw = raw.filter(c("line").str.contains(f'"code":"({codes})"'))
    whole = c("line").str.count_matches("{", literal=True) == c("line").str.count_matches("}", literal=True)
    return raw.filter(whole).select(c("line").str.json_decode(pl.Struct(shape)).alias("it")).unnest("it")


def asked(found: pl.LazyFrame, code: pl.Expr, table: tuple[tuple[str, str, str, str], ...]) -> pl.LazyFrame:
    """One row for each resource with a code of the table, in its newest version."""
    rows = [(concept, kind, system, one) for concept, kind, system, codes in table for one in codes.split()]
    codes = pl.DataFrame(rows, schema=["concept", "kind", "system", "code"], orient="row").lazy()
    return (
        found.with_columns(coding=code.struct.field("coding"))
        .explode("coding")
        .with_columns(c("coding").struct.field("system"), c("coding").struct.field("code"))
        .drop("coding")
        .join(codes, on=["system", "code"])
        .with_columns(
            version=c("meta").struct.field("versionId").cast(pl.Int32), updated=c("meta").struct.field("lastUpdated"),
            patient=c("subject").struct.field("reference").str.slice(8),
        )
        .sort("version", "updated")
        .unique("id", keep="last")
    )  # fmt: skip


def pattern(table: tuple[tuple[str, str, str, str], ...]) -> str:
    return "|".join(code for *_, codes in table for code in codes.split())


def dated(said: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The instant in UTC, and the day that was written; null for what is no date."""
    instant = said.str.replace("Z", "+00:00", literal=True).str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False)
    return instant.alias("taken"), said.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("day")


def observed(folder: Path) -> pl.LazyFrame:
    found = lines(folder, "Observation", OBSERVATION, pattern(MEASURED))
    quantity, extent = c("valueQuantity").struct, c("valueRange").struct
    is_open = quantity.field("comparator").eq_missing("<")
    low, high = (
        pl.coalesce(quantity.field("value"), extent.field(end).struct.field("value")) / c("divisor") for end in ("low", "high")
    )
    first = c("method").struct.field("coding").list.first().struct.field("code")
    return (
        asked(found, c("code"), MEASURED)
        .filter(~c("status").is_in(["entered-in-error", "cancelled", "registered"]))
        .with_columns(*dated(c("effectiveDateTime")))
        .with_columns(unit=pl.coalesce(quantity.field("unit"), extent.field("low").struct.field("unit")))
        .join(UNITS.lazy(), on=["kind", "unit"], how="left")
        .filter(c("taken").is_not_null() & c("day").is_not_null() & (c("divisor").is_not_null() | (c("concept") == "status")))
        .select(
            "patient", "concept", "taken", "day", w(is_open).then(0.0).otherwise(low).alias("lo"), high.alias("hi"),
            is_open.alias("is_open"), first.eq_missing("biopsy").alias("is_biopsy"), pl.lit(False).alias("is_bound"),
            c("valueCodeableConcept").struct.field("coding").list.first().struct.field("code").alias("word"),
        )
    )  # fmt: skip


def done(folder: Path) -> pl.LazyFrame:
    given = HEAD | {"medicationCodeableConcept": CODED, "effectiveDateTime": pl.String, "effectivePeriod": PERIOD}
    performed = HEAD | {"code": CODED, "performedDateTime": pl.String, "performedPeriod": PERIOD}
    found = []
    for kind, shape, code, at in (
        ("MedicationAdministration", given, "medicationCodeableConcept", "effective"),
        ("Procedure", performed, "code", "performed"),
    ):  # fmt: skip
        said = pl.coalesce(c(f"{at}DateTime"), c(f"{at}Period").struct.field("start")).alias("said")
        rows = lines(folder, kind, shape, pattern(DONE)).with_columns(said, concepts=c(code)).select(*HEAD, "said", "concepts")
        found.append(asked(rows, c("concepts"), DONE))
    absent = ["entered-in-error", "cancelled", "not-done", "preparation"]
    kept = pl.concat(found).filter(~c("status").is_in(absent)).with_columns(*dated(c("said")))
    whole = c("taken").is_not_null() | (c("said").str.len_bytes() == 10)
    return kept.filter(c("day").is_not_null() & whole).select("patient", "concept", "taken", "day")


def days(name: str, other: str = "day") -> pl.Expr:
    """Whole days from one column to another."""
    return (c(other) - c(name)).dt.total_days()


def severities(people: pl.DataFrame, facts: pl.DataFrame, happened: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
    marrow = c("concept").is_in(["cellularity", "residual"])
    inside = facts.join(index, on="patient").filter(
        c("concept").is_in(["anc", "plt", "arc", "cellularity", "residual"]) & (c("day") <= c("index_day"))
        & ~((c("day") == c("index_day")) & (c("taken") > c("index_taken")))
        & (days("day", "index_day") <= w(marrow).then(90).otherwise(30))
    )  # fmt: skip
    given = happened.select("patient", c("concept").alias("product"), c("taken").alias("at"), c("day").alias("on"))
    platelets = (c("concept") == "plt") & (c("product") == "platelets") & (days("on") <= 3)
    cells = (c("concept") == "arc") & (c("product") == "red_cells") & (days("on") <= 7)
    after = inside.join(given, on="patient").filter((c("at") < c("taken")) & (platelets | cells))
    after = after.select("patient", "concept", "taken").unique().with_columns(is_after=pl.lit(True))
    inside = inside.join(after, on=["patient", "concept", "taken"], how="left").sort("taken")

    def last(concept: str, *kept: pl.Expr) -> pl.Expr:
        return pl.struct("lo", "hi", "is_open", "taken").filter(c("concept") == concept, *kept).last()

    def biopsied(concept: str) -> pl.Expr:
        return pl.coalesce(last(concept, c("is_biopsy")), last(concept))

    def clean(concept: str) -> pl.Expr:
        lowest = c("lo").filter(c("concept") == concept).min()
        return pl.coalesce(last(concept, c("is_after").is_null()).struct.field("lo"), lowest).alias(concept)

    chosen = inside.group_by("patient").agg(
        last("anc", ~c("is_bound")).alias("count"), clean("plt"), clean("arc"), biopsied("cellularity").alias("cells"),
        biopsied("residual").struct.field("lo").alias("residual"),
    )  # fmt: skip
    count = c("count").struct
    bound = inside.filter(c("is_bound")).join(chosen, on="patient").filter(
        count.field("lo").is_null() | ((c("taken") > count.field("taken")) & (count.field("lo") > c("hi")))
    ).group_by("patient").agg(pl.struct("lo", "hi", "is_open", "taken").sort_by("taken").last().alias("bound"))  # fmt: skip
    found = people.join(chosen, on="patient", how="left").join(bound, on="patient", how="left")
    found = found.with_columns(anc=w(c("bound").struct.field("hi").is_not_null()).then(c("bound")).otherwise(c("count")))
    low, high = c("cells").struct.field("lo"), c("cells").struct.field("hi")
    middle, few = (high >= 25) & (low <= 50), c("residual") < 30
    sure = (c("plt") < 20).fill_null(False).cast(int) + (c("arc") < 20).fill_null(False).cast(int)
    most = sure + c("plt").is_null().cast(int) + c("arc").is_null().cast(int)
    found = found.with_columns(
        sure=sure, most=most, very=below("anc", 0.2), severe=below("anc", 0.5),
        may_be=low.is_null() | (low < 25) | (middle & few.fill_null(True)),
        may_not_be=low.is_null() | (high > 50) | (middle & ~few.fill_null(False)),
    )  # fmt: skip
    a = c("very").ne_missing(False)
    b = c("very").ne_missing(True) & c("severe").ne_missing(False)
    d = c("severe").ne_missing(True)
    found = found.with_columns(
        vsaa=c("may_be") & a & (c("most") >= 1),
        saa=c("may_be") & ((b & (c("most") >= 1)) | (d & (c("most") >= 2))),
        nsaa=c("may_not_be") | (c("may_be") & (((a | b) & (c("sure") < 1)) | (d & (c("sure") < 2)))),
    )  # fmt: skip
    several = pl.sum_horizontal(c("vsaa", "saa", "nsaa").cast(int)) > 1
    said = w(several).then(pl.lit("UNDETERMINED")).when("vsaa").then(pl.lit("vSAA")).when("saa").then(pl.lit("SAA"))
    return found.select("patient", c("arc").alias("arc_before"), said.otherwise(pl.lit("NSAA")).alias("severity"))


def below(name: str, limit: float) -> pl.Expr:
    lo, hi, is_open = (c(name).struct.field(end) for end in ("lo", "hi", "is_open"))
    return w((hi < limit) | (is_open & (hi == limit))).then(True).when(lo >= limit).then(False)


def above(name: str, limit: float) -> pl.Expr:
    return w(c(f"{name}_lo") > limit).then(True).when(c(f"{name}_hi") <= limit).then(False)


def visited(facts: pl.DataFrame, starts: pl.DataFrame) -> pl.DataFrame:
    """The value of each measure that counts at day 90, one row a patient."""
    inside = facts.join(starts, on="patient").with_columns(since=days("start")).filter(
        c("since").is_between(76, 104) & c("concept").is_in([*PANEL, "status"])
    )  # fmt: skip
    panel = inside.filter((c("concept") != "status") & ~c("is_bound")).select("patient", "concept", "since").unique()
    key = (c("since") - 90).abs() * 1000 + 104 - c("since")
    near = panel.select("patient", first="since").unique().join(panel, on="patient").filter(
        (c("since") - c("first")).is_between(0, 3)
    ).group_by("patient", "first", "concept").agg(key.min().alias("key"))  # fmt: skip
    wanted = panel.group_by("patient").agg(c("concept").n_unique().alias("wanted"))
    spans = (
        near.group_by("patient", "first")
        .agg((c("key") // 1000).sum().alias("far"), (c("key") % 1000).sum().alias("early"), pl.len())
        .join(wanted, on="patient").filter(c("len") == c("wanted"))
        .sort("far", "early", "first", descending=[False, False, True]).unique("patient", keep="first", maintain_order=True)
        .select("patient", "first")
    )  # fmt: skip
    outside = ((c("concept") == "status") | ~(c("since") - c("first")).is_between(0, 3)).fill_null(True)
    picked = (
        inside.join(spans, on="patient", how="left").with_columns(outside=outside, far=(c("since") - 90).abs())
        .sort("is_bound", "outside", "far", "since", "taken", descending=[False, False, False, True, True])
        .unique(["patient", "concept"], keep="first", maintain_order=True)
    )  # fmt: skip
    ends = [c(end).filter(c("concept") == name).first().alias(f"{name}_{end}") for name in PANEL for end in ("lo", "hi")]
    return picked.group_by("patient").agg(
        *ends, c("day").filter(c("concept") == "hgb").first().alias("hgb_day"), c("word").drop_nulls().first(),
        pl.coalesce(c("since").filter(c("concept") != "status").max(), c("since").max()).alias("since"),
    )  # fmt: skip


def responses(
    people: pl.DataFrame, happened: pl.DataFrame, starts: pl.DataFrame, seen: pl.DataFrame, grades: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    mine = happened.join(starts, on="patient")
    again = c("concept").is_in(["rabbit", "horse"]) & (days("start") >= 28)
    late = mine.filter(c("concept") == "eltrombopag").group_by("patient", "start").agg(c("day").min()).filter(days("start") >= 28)
    other = mine.filter(again | ((c("concept") == "transplant") & (days("start") >= 0)))
    second = pl.concat([each.select("patient", "day") for each in (other, late)]).group_by("patient").agg(second=c("day").min())
    found = starts.join(seen, on="patient", how="left")
    found = found.with_columns(on=c("start") + pl.duration(days=c("since").fill_null(104)))
    recent = happened.filter(c("concept").is_in(["platelets", "red_cells"])).join(found.select("patient", "on"), on="patient")
    recent = (
        recent.filter(days("day", "on").is_between(0, 28)).select("patient").unique().with_columns(is_transfused=pl.lit(True))
    )
    found = found.join(people, on="patient").join(second, on="patient", how="left").join(recent, on="patient", how="left")
    found = found.join(grades, on="patient")
    limit = pl.lit(100)
    for months, value in ((2, 90), (3, 95), (6, 105), (24, 110), (60, 115), (144, 120)):
        limit = w(c("hgb_day") >= c("born").dt.offset_by(f"{months}mo")).then(value).otherwise(limit)
    limit = w((c("hgb_day") >= c("born").dt.offset_by("180mo")) & (c("gender") == "male")).then(130).otherwise(limit)
    free = w(c("is_transfused")).then(False).otherwise(c("word") == "independent")
    complete = above("anc", 1.5) & (c("plt_lo") > 100) & (c("hgb_lo") >= limit)
    risen = (c("arc_lo") - c("arc_before")).round(6) > 30
    partial = above("anc", 0.5) & (c("plt_lo") > 20) & (c("arc_lo") > 30) & risen
    over = (c("died") <= c("on")).fill_null(False) | (c("second") <= c("on")).fill_null(False)
    found = found.with_columns(free=free, complete=complete, partial=partial, over=over)
    said = (
        w(as_of < c("start") + pl.duration(days=104)).then(pl.lit("NOT_DUE"))
        .when(c("over") | c("free").eq_missing(False)).then(pl.lit("NR"))
        .when(c("free").is_null() | c("complete").is_null()).then(pl.lit("UNDETERMINED"))
        .when("complete").then(pl.lit("CR"))
        .when(c("partial").is_null()).then(pl.lit("UNDETERMINED"))
        .when("partial").then(pl.lit("PR")).otherwise(pl.lit("TI_BELOW_PR"))
    )  # fmt: skip
    return found.select("patient", said.alias("response"))


def main() -> None:
    folder, as_of = Path(sys.argv[1]), date.fromisoformat(sys.argv[2])
    people = lines(folder, "Patient", PERSON).select(
        c("id").alias("patient"), "gender", c("birthDate").str.to_date().alias("born"),
        c("deceasedDateTime").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("died"),
    )  # fmt: skip
    people, measured, happened = pl.collect_all([people, observed(folder), done(folder)])
    counted = measured.filter(c("concept") == "anc").select("patient", "taken")
    bounds = measured.filter(c("concept") == "wbc").join(counted, on=["patient", "taken"], how="anti")
    bounds = bounds.with_columns(concept=pl.lit("anc"), lo=pl.lit(0.0), is_open=pl.lit(False), is_bound=pl.lit(True))
    facts = pl.concat([measured, bounds])
    first = happened.filter(c("concept") == "rabbit").sort("taken").unique("patient", keep="first", maintain_order=True)
    others = measured.filter(~c("concept").is_in(["hgb", "status"]))
    seen = others.sort("taken").unique("patient", keep="last", maintain_order=True)
    index = people.join(first, on="patient", how="left").join(seen, on="patient", how="left", suffix="_seen").select(
        "patient", index_taken=pl.coalesce("taken", "taken_seen"), index_day=pl.coalesce("day", "day_seen", as_of)
    )  # fmt: skip
    starts = first.select("patient", start="day")
    grades = severities(people, facts, happened, index)
    answers = responses(people, happened, starts, visited(facts, starts), grades, as_of)
    both = grades.join(answers, on="patient", how="left").sort("patient").with_columns(c("response").fill_null("NOT_APPLICABLE"))
    sys.stdout.write(both.select("patient", "severity", "response").write_csv(separator="\t", include_header=False))


if __name__ == "__main__":
    main()
