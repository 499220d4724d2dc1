"""What the clinic calls the rows of the results, and what they are called in the files."""

MEASURES = {
    "age in years": "age_years",
    "days from diagnosis to rabbit ATG": "days_diagnosis_to_atg",
    "white blood cells": "wbc",
    "haemoglobin": "hgb",
    "platelets": "plt",
    "neutrophils": "anc",
    "reticulocytes": "arc",
    "CD3+CD4+ T cells": "cd3cd4_percent",
    "CD3+CD8+ T cells": "cd3cd8_percent",
    "regulatory T cells": "treg_percent",
    "mature lymphocytes in the marrow": "marrow_lymphocytes_percent",
}
CATEGORIES = {
    "boys": ("sex", "male"),
    "girls": ("sex", "female"),
    "severe": ("severity", "SAA"),
    "very severe": ("severity", "vSAA"),
}
GRADES = {"grade 1 or 2": "grade_1_2", "grade 3 or more": "grade_3_4", "grade 5": "grade_5", "any grade": "any_grade"}
RESPONSES = {"complete response": "CR", "partial response": "PR"}
THROUGH_TIME = {
    "platelets": "plt",
    "neutrophils": "anc",
    "haemoglobin": "hgb",
    "reticulocytes": "arc",
    "CD3+CD4+ T cells": "cd3cd4",
    "CD3+CD8+ T cells": "cd3cd8",
    "regulatory T cells": "treg",
}
ENDPOINTS = {"overall survival": "OS", "failure-free survival": "FFS"}
LINES = {
    "deaths": "deaths",
    "deaths of an infection": "death_by_infection",
    "deaths of a bleeding in the head": "death_by_haemorrhage",
    "deaths of the very severely ill": "deaths_very_severe",
    "responders at day 90": "responders",
    "responders alive without a transplant": "responders_event_free",
    "treatment failures": "treatment_failures",
    "transplants": "transplants",
    "half-matched relatives as donors": "donor_haploidentical",
    "matched unrelated donors": "donor_unrelated",
    "matched siblings as donors": "donor_sibling",
    "acute graft-versus-host disease": "acute_gvhd",
    "acute graft-versus-host disease of the gut, grade 3": "acute_gvhd_gut",
    "acute graft-versus-host disease of the skin, grade 2": "acute_gvhd_skin",
    "acute graft-versus-host disease of the eye, grade 2": "acute_gvhd_eye",
    "chronic graft-versus-host disease": "chronic_gvhd",
    "transplanted and alive without chronic graft-versus-host disease": "without_chronic_gvhd",
    "relapses": "relapses",
    "clonal evolution": "clonal_evolution",
    "children who had every infusion": "all_infusions",
}
